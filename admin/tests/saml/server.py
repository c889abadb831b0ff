"""An identity provider of SAML by pysaml2, on a free port, that obeys lines of JSON.

Each line changes how it behaves from now on (see STATE); "assertion" and "logout" have it say something that nobody
asked for. Whoever visits is signed in as STATE["user"].
"""
import base64
import datetime
import html
import json
import os
import re
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, class_name, entity, sigver
from saml2.config import IdPConfig
from saml2.metadata import create_metadata_string
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NAMEID_FORMAT_TRANSIENT, NameID
from saml2.samlp import STATUS_AUTHN_FAILED
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

FOLDER = os.environ["SERVER_FOLDER"]
STATE = {
    "key": "first",
    "sp": "",  # the metadata of the service provider
    "user": "wang",
    "format": NAMEID_FORMAT_PERSISTENT,
    "attributes": {},
    "sign": ["assertion"],  # or response, or both
    "algorithm": SIG_RSA_SHA256,
    "encrypt": "",  # how: des3, aes128-cbc, aes256-gcm …
    "said": [],  # a pattern and what stands there instead, in what is then signed
    "fail": False,
    "wants_signed": True,
    "published": None,  # what stands where the metadata was
    "context": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
}
ENCRYPTIONS = {
    "des3": ("http://www.w3.org/2001/04/xmlenc#tripledes-cbc", "des-192"),
    "aes128-cbc": ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "aes-128"),
    "aes256-cbc": ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", "aes-256"),
    "aes128-gcm": ("http://www.w3.org/2009/xmlenc11#aes128-gcm", "aes-128"),
    "aes256-gcm": ("http://www.w3.org/2009/xmlenc11#aes256-gcm", "aes-256"),
}
RSA_1_5 = "http://www.w3.org/2001/04/xmlenc#rsa-1_5"
OAEP = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
ASKED = []  # the last sign-in that was asked for
TOLD = []  # what was said of logouts


def make_key(name):
    path = os.path.join(FOLDER, name)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    with open(path + ".key", "wb") as file:
        form = serialization.PrivateFormat.TraditionalOpenSSL
        file.write(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    with open(path + ".crt", "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))


def provider():
    path = os.path.join(FOLDER, STATE["key"])
    config = {
        "entityid": AT + "/metadata",
        "service": {
            "idp": {
                "endpoints": {
                    "single_sign_on_service": [(AT + "/sso", BINDING_HTTP_REDIRECT), (AT + "/sso", BINDING_HTTP_POST)],
                    "single_logout_service": [(AT + "/slo", BINDING_HTTP_REDIRECT), (AT + "/slo", BINDING_HTTP_POST)],
                },
                "want_authn_requests_signed": STATE["wants_signed"],
                "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
            }
        },
        "key_file": path + ".key",
        "cert_file": path + ".crt",
        "encryption_keypairs": [],
        "xmlsec_binary": "/usr/bin/xmlsec1",
        "metadata": {"inline": [STATE["sp"]]} if STATE["sp"] else {},
    }
    return Server(config=IdPConfig().load(config))


def encrypt_by(how):
    method, session = ENCRYPTIONS[how.split("+")[0]]
    wrapping = RSA_1_5 if how.endswith("+rsa1_5") else OAEP
    plain = sigver.pre_encryption_part
    entity.pre_encryption_part = lambda **kw: plain(msg_enc=method, key_enc=wrapping, **kw)
    backend = sigver.CryptoBackendXmlSec1
    if not hasattr(backend, "as_it_was"):
        backend.as_it_was = backend.encrypt_assertion

    def encrypt_assertion(self, statement, enc_key, template, key_type="des-192", node_xpath=None, node_id=None):
        return self.as_it_was(statement, enc_key, template, session, node_xpath, node_id)

    backend.encrypt_assertion = encrypt_assertion


def response(idp, request_id, destination, sp):
    if STATE["fail"]:
        why = (STATUS_AUTHN_FAILED, "the password was wrong")
        return str(idp.create_error_response(request_id, destination, why))
    if STATE["encrypt"]:
        encrypt_by(STATE["encrypt"])
    name = NameID(text=STATE["user"], format=STATE["format"], name_qualifier=AT, sp_name_qualifier=sp)
    attributes = {
        "displayName": "王 <小明> & Co.",
        "mail": f"{STATE['user']}@example.com",
        "uid": STATE["user"],
        "eduPersonAffiliation": ["staff", "member"],
        **STATE["attributes"],
    }
    signed_later = bool(STATE["said"])
    made = idp.create_authn_response(
        {key: value for key, value in attributes.items() if value is not None},
        in_response_to=request_id,
        destination=destination,
        sp_entity_id=sp,
        name_id=name,
        authn={"class_ref": STATE["context"]},
        sign_response="response" in STATE["sign"] and not signed_later,
        sign_assertion="assertion" in STATE["sign"] and not signed_later,
        sign_alg=STATE["algorithm"],
        digest_alg=DIGEST_SHA256,
        encrypt_assertion=bool(STATE["encrypt"]),
        encrypt_assertion_self_contained=True,
    )
    return signed_as_said(idp, made) if signed_later else str(made)


def signed_as_said(idp, made):
    """An assertion that says something else, with a good signature."""
    assertion = made.assertion
    assertion.signature = sigver.pre_signature_part(
        assertion.id, idp.sec.my_cert, 1, sign_alg=STATE["algorithm"], digest_alg=DIGEST_SHA256
    )
    pattern, instead = STATE["said"]
    text, count = re.subn(pattern, instead, str(made), count=1, flags=re.DOTALL)
    assert count == 1, f"{pattern} is not in {text}"
    return idp.sec.sign_statement(text, class_name(assertion), node_id=assertion.id)


def encoded(text):
    return base64.b64encode(text.encode()).decode()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        body = body.encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_with(self, form, binding):
        try:
            path = urlsplit(self.path).path
            one = {name: values[0] for name, values in parse_qs(form).items()}
            {"/sso": self.sign_in, "/slo": self.sign_out, "/metadata": self.metadata}[path](one, binding)
        except Exception:
            self.answer(500, traceback.format_exc())

    def do_GET(self):
        self.handle_with(urlsplit(self.path).query, BINDING_HTTP_REDIRECT)

    def do_POST(self):
        length = int(self.headers["content-length"])
        self.handle_with(self.rfile.read(length).decode(), BINDING_HTTP_POST)

    def metadata(self, *_):
        text = STATE["published"]
        if text is None:
            text = create_metadata_string(None, provider().config).decode()
        self.answer(200, text)

    def sign_in(self, form, binding):
        idp = provider()
        request = idp.parse_authn_request(
            form["SAMLRequest"], binding, form.get("RelayState"), form.get("SigAlg"), form.get("Signature")
        )
        message = request.message
        ASKED[:] = [{"binding": binding, "force": message.force_authn, "format": message.name_id_policy.format}]
        to = message.assertion_consumer_service_url
        text = response(idp, message.id, to, message.issuer.text)
        state = html.escape(form.get("RelayState", ""), quote=True)
        self.answer(
            200,
            f'<form method="post" action="{html.escape(to, quote=True)}" id="f">'
            f'<input type="hidden" name="SAMLResponse" value="{encoded(text)}">'
            f'<input type="hidden" name="RelayState" value="{state}"></form>'
            '<script>document.getElementById("f").submit()</script>',
        )

    def sign_out(self, form, binding):
        idp = provider()
        if "SAMLResponse" in form:
            answer = idp.parse_logout_request_response(form["SAMLResponse"], binding)
            TOLD.append({"answered": answer.response.status.status_code.value})
            self.answer(200, "signed out")
            return
        request = idp.parse_logout_request(
            form["SAMLRequest"], binding, form.get("RelayState"), form.get("SigAlg"), form.get("Signature")
        )
        message = request.message
        signed = "Signature" in form or message.signature is not None
        indexes = [one.text for one in message.session_index]
        TOLD.append({"name": message.name_id.text, "sessions": indexes, "signed": signed})
        answer = idp.create_logout_response(message, [BINDING_HTTP_REDIRECT], sign=False)
        to = idp.metadata.single_logout_service(message.issuer.text, BINDING_HTTP_REDIRECT, "spsso")[0]["location"]
        info = idp.apply_binding(BINDING_HTTP_REDIRECT, str(answer), to, response=True, sign=True, sigalg=SIG_RSA_SHA256)
        self.answer(302, "", [("location", dict(info["headers"])["Location"])])


def unasked(what):
    idp = provider()
    sp = list(idp.metadata.keys())[0]
    if "assertion" in what:
        return {"SAMLResponse": encoded(response(idp, None, what["assertion"], sp))}
    asked = what["logout"]
    name = NameID(text=asked["name"], format=STATE["format"], name_qualifier=AT, sp_name_qualifier=sp)
    by_form = asked["binding"] == "post"
    _, request = idp.create_logout_request(
        asked["to"],
        idp.config.entityid,
        name_id=name,
        session_indexes=asked.get("sessions"),
        sign=by_form and asked.get("signed", True),
        sign_alg=SIG_RSA_SHA256,
        digest_alg=DIGEST_SHA256,
    )
    if by_form:
        return {"SAMLRequest": encoded(str(request))}
    signed = asked.get("signed", True)
    info = idp.apply_binding(
        BINDING_HTTP_REDIRECT, str(request), asked["to"], "state of theirs", sign=signed, sigalg=SIG_RSA_SHA256
    )
    return {"address": dict(info["headers"])["Location"]}


for name in ("first", "second"):
    make_key(name)
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
AT = f"http://127.0.0.1:{server.server_port}"
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"AT {AT}", flush=True)

for line in sys.stdin:
    asked = json.loads(line)
    answer = {"asked": ASKED, "told": TOLD[:]}
    try:
        if "assertion" in asked or "logout" in asked:
            answer = unasked(asked)
        else:
            if asked.pop("forget", False):
                TOLD.clear()
            STATE.update(asked)
    except Exception:
        answer = {"error": traceback.format_exc()}
    print("READY " + json.dumps(answer), flush=True)
