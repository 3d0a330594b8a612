"""How people come by an account and show that it is theirs: registration, links in mails, passkeys, second factors,
staff accounts, representatives."""
