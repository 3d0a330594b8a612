// A pad to sign on: what is drawn becomes the path of an SVG in the form.
const LONGEST = 20000;
for (const field of document.querySelectorAll("[data-signature]")) {
  const pad = field.querySelector("canvas"), kept = field.querySelector("input"), pen = pad.getContext("2d");
  let path = "", drawing = false;
  field.hidden = false;
  pen.lineWidth = 3;
  pen.lineCap = "round";
  pen.strokeStyle = "#1d2733";
  const point = event => {
    const box = pad.getBoundingClientRect();
    return [Math.round((event.clientX - box.left) * pad.width / box.width), Math.round((event.clientY - box.top) * pad.height / box.height)];
  };
  const step = (kind, [x, y]) => {
    if (path.length > LONGEST - 20) return;
    path += `${kind}${x} ${y} `;
    if (kind === "M") { pen.beginPath(); pen.moveTo(x, y); } else { pen.lineTo(x, y); pen.stroke(); }
    kept.value = path.trim();
  };
  pad.addEventListener("pointerdown", event => { drawing = true; pad.setPointerCapture(event.pointerId); step("M", point(event)); event.preventDefault(); });
  pad.addEventListener("pointermove", event => { if (drawing) step("L", point(event)); });
  pad.addEventListener("pointerup", () => { drawing = false; });
  field.querySelector("button").addEventListener("click", () => { path = kept.value = ""; pen.clearRect(0, 0, pad.width, pad.height); });
}
