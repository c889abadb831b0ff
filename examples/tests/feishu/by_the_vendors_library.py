"""Drives the stand-in cloud by the vendor's library, and has it read what the cloud delivers."""

import json
import sys
import time
import urllib.request

import lark_oapi as lark
from lark_oapi.api.contact.v3 import ChildrenDepartmentRequest, FindByDepartmentUserRequest
from lark_oapi.api.im.v1 import CreateMessageRequest, CreateMessageRequestBody

AT = sys.argv[1]
client = (
    lark.Client.builder()
    .app_id("cli_gatehouse")
    .app_secret("secret of the application")
    .domain(AT)
    .build()
)


def people():
    found, token = 0, None
    while True:
        request = FindByDepartmentUserRequest.builder().department_id("od-1").page_size(50)
        if token:
            request = request.page_token(token)
        answer = client.contact.v3.user.find_by_department(request.build())
        assert answer.success(), (answer.code, answer.msg)
        found += len(answer.data.items)
        token = answer.data.page_token
        if not answer.data.has_more:
            return found


def departments():
    request = ChildrenDepartmentRequest.builder().department_id("0").fetch_child(True).page_size(50)
    answer = client.contact.v3.department.children(request.build())
    assert answer.success(), (answer.code, answer.msg)
    return len(answer.data.items)


def message():
    body = CreateMessageRequestBody.builder().receive_id("ou_on_1").msg_type("text")
    body = body.content(json.dumps({"text": "hello"})).uuid("once").build()
    request = CreateMessageRequest.builder().receive_id_type("open_id").request_body(body).build()
    ids = {client.im.v1.message.create(request).data.message_id for _ in range(2)}
    return len(ids)


def delivered(order):
    request = urllib.request.Request(
        AT + "/control", json.dumps(order).encode(), {"content-type": "application/json"}
    )
    return json.load(urllib.request.urlopen(request))


def believed():
    seen = []
    handler = (
        lark.EventDispatcherHandler.builder("encrypt key", "verification token")
        .register_p2_contact_user_deleted_v3(lambda event: seen.append(event.event.object.union_id))
        .build()
    )

    def read(made):
        request = lark.RawRequest()
        request.uri, request.body = "/", made["body"].encode()
        names = {"x-lark-request-timestamp": "X-Lark-Request-Timestamp",
                 "x-lark-request-nonce": "X-Lark-Request-Nonce",
                 "x-lark-signature": "X-Lark-Signature"}
        request.headers = {names[name]: value for name, value in made["headers"]}
        return handler.do(request)

    told = read(delivered({"do": "challenge", "challenge": "are you there"}))
    assert told.status_code == 200 and json.loads(told.content)["challenge"] == "are you there", told.content
    event = {"do": "event", "id": "e1", "kind": "contact.user.deleted_v3",
             "object": {"union_id": "on_1"}, "seconds": int(time.time())}
    made = delivered(event)
    told = read(made)
    assert told.status_code == 200 and seen == ["on_1"], (told.content, seen)
    made["headers"] = [[name, "0" * 64 if "signature" in name else value] for name, value in made["headers"]]
    assert read(made).status_code != 200 and seen == ["on_1"], "a wrong signature is not believed"
    return "events believed"


print(f"{people()} people, {departments()} department, {message()} message, {believed()}")
