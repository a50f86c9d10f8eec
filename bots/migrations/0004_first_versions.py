from django.db import migrations


def keep_first_versions(apps, schema_editor):
    """What every bot runs today becomes its version 1; who wrote it is not known any more."""
    Bot, Version = apps.get_model("bots", "Bot"), apps.get_model("bots", "Version")
    bots = Bot.objects.order_by("pk").values_list("pk", "version", "source", "created_at")
    for pk, number, source, created_at in bots.iterator(chunk_size=200):
        Version.objects.get_or_create(
            bot_id=pk, number=number, defaults={"source": source, "created_at": created_at}
        )


class Migration(migrations.Migration):
    dependencies = [("bots", "0003_versions_of_scripts")]
    operations = [migrations.RunPython(keep_first_versions, migrations.RunPython.noop, elidable=True)]
