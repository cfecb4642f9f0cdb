// Pictures are there before this runs. Here they are drawn again as they come into view: of the width that
// there is, and telling their numbers where one points at them. And the table of peers is made.

async function unpacked(name) {
  const bytes = Uint8Array.from(atob(document.getElementById("packed-" + name).textContent), (c) => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

async function imported(name) {
  const address = URL.createObjectURL(new Blob([await unpacked(name)], { type: "text/javascript" }));
  try {
    return await import(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

// What changes a picture's width is the width of its plot: of the only one, or of each.
async function fit(box, view, { vega, least }) {
  const signal = vega.signals?.some(({ name }) => name === "child_width") ? "child_width" : "width";
  for (let turn = 0; turn < 2; turn++) {
    const excess = box.querySelector("svg").width.baseVal.value - box.clientWidth;
    const width = Math.max(least, view.signal(signal) - excess);
    if (width === view.signal(signal)) return;
    await view.signal(signal, width).resize().runAsync();
  }
}

async function draw(box, picture) {
  const { view } = await vegaEmbed(box.firstElementChild, picture.vega, {
    mode: "vega",
    renderer: "svg",
    actions: false,
    ast: true, // its expressions are interpreted: the policy lets nothing be compiled
    defaultStyle: false,
    tooltip: { theme: "custom", disableDefaultStyle: true },
  });
  await fit(box, view, picture);
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    fit(box, view, picture);
  }).observe(box);
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  box.dataset.drawn = "";
}

async function drawAll() {
  await imported("vega");
  const pictures = JSON.parse(await unpacked("pictures"));
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      draw(target, pictures[target.id.slice(0, -"-picture".length)]);
    }
  }, { rootMargin: "600px" });
  for (const box of document.querySelectorAll(".picture")) seen.observe(box);
}

// Text of peers is shown as text, never as HTML: render.text() escapes.
async function listPeers() {
  const { default: DataTable, set_or_remove_dark_class: followTheme } = await imported("datatables");
  followTheme();
  document.head.append(Object.assign(document.createElement("style"), { textContent: await unpacked("datatables-style") }));
  const { columns, rows } = JSON.parse(await unpacked("peers"));
  document.getElementById("peers-wait").remove();
  const table = new DataTable("#peers-table", {
    data: rows,
    columns: columns.map(({ number }) => ({
      type: number ? "num" : "string",
      className: number ? "dt-right" : "dt-left",
      render: number ? DataTable.render.number(",") : DataTable.render.text(),
      defaultContent: "–",
    })),
    order: [],
    pageLength: 25,
    lengthMenu: [25, 100, 500],
    autoWidth: false,
    columnControl: { target: "thead:1", content: ["search"] },
    layout: { topStart: "search", topEnd: "pageLength", bottomStart: "info", bottomEnd: "paging" },
    language: { search: "Search", lengthMenu: "_MENU_ rows a page", searchPlaceholder: "any column" },
  });
  table.columns().every(function () {
    const label = this.header(0).textContent;
    const [filter, logic] = [this.header(1).querySelector("input"), this.header(1).querySelector("select")];
    filter.setAttribute("aria-label", "Filter by " + label);
    logic?.setAttribute("aria-label", "How to filter by " + label);
  });
}

await drawAll();
if (document.getElementById("peers-table")) await listPeers();
document.body.dataset.ready = "";
