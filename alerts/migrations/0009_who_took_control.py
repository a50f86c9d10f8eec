from django.db import migrations, models
from django.db.models.functions import Left, Length, Substr

TOOK = " took control"  # how the sentence ended in which the name stood so far


def read_the_sentences(apps, schema_editor):
    claims = apps.get_model("alerts", "AlertChange").objects.filter(status="claimed", why__endswith=TOOK)
    claims.update(who=Left(Substr("why", 1, Length("why") - len(TOOK)), 160))


class Migration(migrations.Migration):
    dependencies = [("alerts", "0008_a_links_maker")]
    operations = [
        migrations.AddField(
            model_name="alertchange",
            name="who",
            field=models.CharField(blank=True, help_text="Has control from here on", max_length=160),
        ),
        migrations.RunPython(read_the_sentences, migrations.RunPython.noop, elidable=True),
    ]
