"""Un premier pilote http : il reçoit les demandes du banc et fait agir le produit. python pilote.py PORT.

Le produit est ici réduit à sa fonction d'envoi depuis une BAL applicative (certificat client et PLAIN).
A first http driver: it takes the bench's requests and makes the product act (sending from an APP mailbox).
"""

import json
import smtplib
import ssl
import sys
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from http.server import BaseHTTPRequestHandler, HTTPServer

settings = {}  # ce que « configure » a donné : serveurs, BAL, certificats, autorités


def describe(params):
    """Dire qui l'on est et ce que l'on sait faire."""
    return {"product": "MonLogiciel", "version": "1.0", "actions": ["configure", "send"]}


def configure(params):
    """Garder ce qu'il faut pour joindre l'espace simulé."""
    settings.update(params)


def send(params):
    """Écrire et envoyer un courriel."""
    bal = next(bal for bal in settings["mailboxes"] if bal["address"] == params["from"])
    mail = EmailMessage()
    mail["From"] = f'"{bal["label"]}" <{bal["address"]}>'
    mail["To"] = ", ".join(params["to"])
    if params.get("cc"):
        mail["Cc"] = ", ".join(params["cc"])
    mail["Subject"] = params["subject"]
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=bal["address"].partition("@")[2])
    mail["X-MSS-NIL"] = settings["nil"]
    mail.set_content(params["text"])
    trust = ssl.create_default_context(cafile=settings["trust"]["igc_sante_root"])
    trust.load_cert_chain(bal["certificate"], bal["key"])
    with smtplib.SMTP(settings["smtp"]["address"], settings["smtp"]["port"], timeout=20) as smtp:
        smtp.starttls(context=trust)
        smtp.login(bal["address"], "sans-objet")
        smtp.send_message(mail)
    return {"message_id": mail["Message-ID"]}


class Pilote(BaseHTTPRequestHandler):
    """Une demande POST, une réponse."""

    def do_POST(self):
        """Faire l'action demandée."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = {"id": request["id"], "status": "done", "result": {}, "detail": ""}
        try:
            action = {"describe": describe, "configure": configure, "send": send}[request["action"]]
            answer["result"] = action(request["params"]) or {}
        except ssl.SSLCertVerificationError as error:  # refuser ce serveur est souvent la bonne réponse
            answer |= {"status": "refused", "detail": str(error)}
        except (OSError, smtplib.SMTPException) as error:
            answer |= {"status": "failed", "detail": str(error)}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Se taire."""


HTTPServer(("127.0.0.1", int(sys.argv[1])), Pilote).serve_forever()
