from django.db import migrations


def trust(apps, schema_editor):
    """Until now nobody had to show that an address is theirs: owners and operators had made the accounts."""
    User = apps.get_model("tenants", "User")
    EmailAddress = apps.get_model("account", "EmailAddress")
    for user in User.objects.all().iterator():
        known = EmailAddress.objects.filter(user=user, email__iexact=user.email)
        if not known.update(verified=True):
            EmailAddress.objects.create(user=user, email=user.email.lower(), verified=True, primary=True)


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0003_time_zone"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(trust, migrations.RunPython.noop)]
