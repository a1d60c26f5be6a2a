const decoder = new TextDecoder();

function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return { header: JSON.parse(decoder.decode(bytes.subarray(4, 4 + length))), payload: bytes.subarray(4 + length) };
}

function paint(canvas, grey, rows, columns, size) {
  canvas.width = columns;
  canvas.height = rows;
  const scale = size / Math.max(rows, columns);
  canvas.style.width = `${columns * scale}px`;
  canvas.style.height = `${rows * scale}px`;
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = 0xff000000 | (grey[i] * 0x010101);
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// The nodes stay from one update to the next, so that nothing flickers and the focus is kept.
function nodes(row, count, tag) {
  while (row.children.length > count || (row.firstChild && row.firstChild.localName !== tag)) row.lastChild.remove();
  while (row.children.length < count) {
    const node = document.createElement(tag);
    node.append(document.createElement("div"), document.createElement("span"));
    node.firstChild.append(document.createElement("canvas"));
    row.append(node);
  }
  return [...row.children];
}

export default function ({ data, parentElement, setTriggerValue }) {
  const { header, payload } = unpack(data);
  const row = parentElement.querySelector(".thumbnails");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", header.label);
  let offset = 0;
  nodes(row, header.pictures.length, header.pickable ? "button" : "figure").forEach((node, index) => {
    const { rows, columns, caption, faded } = header.pictures[index];
    const box = node.firstChild;
    box.style.cssText = `width:${header.size}px;height:${header.size}px;display:grid;place-items:center;margin:0 auto`;
    paint(box.firstChild, payload.subarray(offset, offset + rows * columns), rows, columns, header.size);
    offset += rows * columns;
    node.lastChild.textContent = caption;
    node.className = `${faded ? "faded " : ""}${index === header.selected ? "selected" : ""}`;
    if (header.pickable) {
      node.type = "button";
      node.ariaPressed = String(index === header.selected);
      node.onclick = () => setTriggerValue("picked", index);
    }
  });
}
