from coworking.kit.errors import UserError


class WebhookUrlNotAllowed(UserError):
    code = "webhook-url-not-allowed"
    ja = "この宛先には送れません。https:// で始まる、公開されたホスト名の URL（ポート 443 か 8443）を入力してください。"
    en = "Nothing can be sent there. Enter an https:// address of a public host name, on port 443 or 8443."
