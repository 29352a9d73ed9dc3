/** One cell can be reached by the tab key, the others from it by the arrow keys. */
function walkable(table) {
  const rows = () => [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => row.querySelector("td") !== null);
  const links = () => rows().map((row) => [...row.querySelectorAll("td")].map((cell) => cell.querySelector("a")));
  table.querySelector("td a")?.setAttribute("tabindex", "0");
  table.addEventListener("focusin", (event) => {
    for (const link of table.querySelectorAll("td a[tabindex='0']")) link.setAttribute("tabindex", "-1");
    event.target.closest("a")?.setAttribute("tabindex", "0");
  });
  table.addEventListener("keydown", (event) => {
    const ways = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const way = ways[event.key];
    if (way === undefined) return;
    const all = links();
    let [y, x] = [all.findIndex((row) => row.includes(document.activeElement)), -1];
    if (y === -1) return;
    x = all[y].indexOf(document.activeElement);
    event.preventDefault();
    do {
      y += way[0];
      x += way[1];
    } while (all[y]?.[x] === null);
    all[y]?.[x]?.focus();
  });
}
