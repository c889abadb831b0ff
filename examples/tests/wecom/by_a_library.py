"""Drives the stand-in cloud by a client library for WeCom, and has it read what the cloud delivers."""

import json
import sys
import time
import urllib.parse
import urllib.request

from wechatpy.exceptions import InvalidSignatureException
from wechatpy.work import WeChatClient
from wechatpy.work.crypto import WeChatCrypto

AT = sys.argv[1]
CORP = "ww5823bf96d3bd56c7"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


class Client(WeChatClient):
    API_BASE_URL = AT + "/cgi-bin/"

    def fetch_access_token(self):
        who = {"corpid": self.corp_id, "corpsecret": self.secret}
        return self._fetch_access_token(url=AT + "/cgi-bin/gettoken", params=who)


client = Client(CORP, "secret-of-the-application")


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def control(order):
    request = urllib.request.Request(
        AT + "/control", json.dumps(order).encode(), {"content-type": "application/json"}
    )
    told = urllib.request.urlopen(request).read()
    return json.loads(told) if told else None


def signed_in():
    control({"do": "sits_there", "id": "Person7"})
    asked = urllib.parse.urlencode({
        "login_type": "CorpApp", "appid": CORP, "agentid": 1000002, "state": "abc",
        "redirect_uri": "https://gate.example.com/callback",
    })
    try:
        urllib.request.build_opener(Stay).open(AT + "/wwlogin/sso/login?" + asked)
    except urllib.error.HTTPError as answer:
        back = urllib.parse.urlparse(answer.headers["location"])
    came = urllib.parse.parse_qs(back.query)
    assert came["state"] == ["abc"], came
    told = client.get("auth/getuserinfo", params={"code": came["code"][0]})
    return client.user.get(told["userid"].lower())["userid"]


def believed():
    now = int(time.time())
    crypto = WeChatCrypto("QDG6eK", KEY, CORP)
    made = control({"do": "echo", "text": "1616140317555161061", "seconds": now})
    of = dict(made["query"])
    told = crypto.check_signature(of["msg_signature"], of["timestamp"], of["nonce"], of["echostr"])
    assert told == "1616140317555161061" or told == b"1616140317555161061", told
    made = control({"do": "event", "kind": "delete_user", "user": "Person7", "seconds": now})
    of = dict(made["query"])
    told = crypto.decrypt_message(made["body"], of["msg_signature"], of["timestamp"], of["nonce"])
    assert "delete_user" in str(told) and "Person7" in str(told), told
    try:
        crypto.decrypt_message(made["body"], "0" * 40, of["timestamp"], of["nonce"])
    except InvalidSignatureException:
        return "events believed"
    raise AssertionError("a wrong signature is not believed")


people = len(client.user.list(2))
departments = len(client.department.list())
print(f"{people} people, {departments} departments, signed in as {signed_in()}, {believed()}")
