"""A mail server for the tests: prints its port, then each mail that it takes as a line of JSON.

Usage: smtp_server.py none|start_tls|tls [CERTIFICATE KEY] [USER PASSWORD]
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later@"):
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        mail = {
            "subject": parsed["Subject"],
            "sender": parsed["From"],
            "text": parsed.get_body(("plain",)).get_content(),
            "html": parsed.get_body(("html",)).get_content(),
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "content": envelope.content.decode("utf-8", "replace"),
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "user": session.auth_data.decode() if session.auth_data else None,
        }
        print(json.dumps(mail), flush=True)
        return "250 2.0.0 Ok: queued as 7F3A"


async def main():
    security, *rest = sys.argv[1:]
    context = None
    if security != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(rest[0], rest[1])
        rest = rest[2:]

    def authenticator(server, session, envelope, mechanism, data):
        good = [data.login.decode(), data.password.decode()] == rest
        return AuthResult(success=good, handled=good, auth_data=data.login)

    def protocol():
        return SMTP(
            Handler(),
            hostname="mail.test",
            tls_context=context if security == "start_tls" else None,
            require_starttls=security == "start_tls",
            authenticator=authenticator if rest else None,
            auth_required=bool(rest),
            auth_require_tls=security == "start_tls",
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        protocol, "127.0.0.1", 0, ssl=context if security == "tls" else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
