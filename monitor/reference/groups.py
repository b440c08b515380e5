"""The two groups of staff, and what each may do."""

EDITING = {
    "profiles.add_profile",
    "profiles.change_profile",
    "profiles.view_profile",
    *(
        f"profiles.{action}_{row}"
        for row in ("fact", "section", "footnote")
        for action in ("add", "change", "delete", "view")
    ),
    *(f"profiles.view_{row}" for row in ("edition", "country", "region", "theme", "topic")),
}

PUBLISHING = {
    "profiles.publish_profile",
    "feedback.view_feedbackmessage",
    "feedback.change_feedbackmessage",
    "feedback.view_attachment",
    *(f"notifications.view_{row}" for row in ("announcement", "message", "subscriber", "subscription")),
    "monitor.view_sitepage",
    "monitor.change_sitepage",
}

GROUPS = {
    "Researchers": EDITING,
    "Editors": EDITING | PUBLISHING,
}
