"""A folder from a person's desk, at a page of a site: without an origin no page may read one."""

import json

from .conftest import Server, Site
from .viewer import Viewer

PAGE = """<title>Drop</title><body style='margin:0'><div id=zone style='width:600px;height:400px'></div><script>
const promised = (source, name) => new Promise((done, failed) => source[name](done, failed));
const walk = async (entry) => {
  if (entry.isFile) return [[entry.fullPath, await (await promised(entry, "file")).text()]];
  const inside = await promised(entry.createReader(), "readEntries");
  return [[entry.fullPath, null], ...(await Promise.all(inside.map(walk))).flat()];
};
zone.ondragover = (event) => event.preventDefault();
zone.ondrop = async (event) => {
  event.preventDefault();
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry());
  const all = (await Promise.all(entries.map(walk))).flat().sort();
  await fetch("/found", { method: "POST", body: JSON.stringify(all) });
};
</script>"""


async def test_a_page_reads_a_folder_as_it_lay_on_the_desk(server: Server, site: Site) -> None:
    site.pages["/drop"] = PAGE
    async with Viewer(server) as ann:
        await server.call("grant", epoch=1, viewer=ann.id, name="Ann")
        await ann.act(1, "visit", typed=site.url("/drop"))
        await ann.tab(title="Drop", loading=False)
        lay = {"album/größe/b.txt": b"22", "album/nothing/": b"", "album/a.txt": b"", "z.txt": b"1"}
        await ann.bring(1, 1, lay)
        await ann.act(1, "dropfiles", x=100, y=100, batch=1)
        await site.until_asked("POST /found")
    (told,) = [each.partition(" [")[2] for each in site.asked if each.startswith("POST /found")]
    folders = [["/album", None], ["/album/größe", None], ["/album/nothing", None]]
    files = [["/album/a.txt", ""], ["/album/größe/b.txt", "22"], ["/z.txt", "1"]]
    assert json.loads("[" + told) == sorted(folders + files)
