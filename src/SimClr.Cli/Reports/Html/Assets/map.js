'use strict';
(() => {
  const d = JSON.parse(document.getElementById('data').textContent);
  const n = d.x.length;
  const tip = document.getElementById('tip'), pictures = document.getElementById('pictures');
  const hidden = d.names.map(() => false), margin = 36;
  const sheets = d.sheets.map(s => { const i = new Image(); i.onload = redraw; i.src = s; return i; });
  // Drawn in an order that mixes the groups, so that none covers the others.
  const order = [...Array(n).keys()].sort((a, b) => ((a * 7919) % 10007) - ((b * 7919) % 10007) || a - b);
  let hot = -1, asked = false;

  const span = values => { const low = values.reduce((a, b) => Math.min(a, b)), high = values.reduce((a, b) => Math.max(a, b)); return [(low + high) / 2, Math.max(1, high - low)]; };
  const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function place(i) {
    const sheet = Math.floor(i / d.perSheet), k = i % d.perSheet;
    return [sheet, (k % d.columns) * d.side, Math.floor(k / d.columns) * d.side];
  }

  function show(i, x, y) {
    tip.hidden = i < 0;
    if (i < 0) return;
    const [sheet, sx, sy] = place(i), [picture, name, path] = tip.children;
    const f = d.w[i] ? Math.max(1, Math.floor(128 / Math.max(d.w[i], d.h[i]))) : 1;
    picture.hidden = !d.w[i];
    picture.style.width = d.w[i] * f + 'px';
    picture.style.height = d.h[i] * f + 'px';
    picture.style.backgroundImage = 'url(' + d.sheets[sheet] + ')';
    picture.style.backgroundPosition = -sx * f + 'px ' + -sy * f + 'px';
    picture.style.backgroundSize = d.columns * d.side * f + 'px auto';
    name.textContent = d.names[d.group[i]];
    path.textContent = d.paths[i];
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, x + 18 + box.width > innerWidth ? x - 18 - box.width : x + 18) + 'px';
    tip.style.top = Math.max(4, Math.min(innerHeight - box.height - 4, y + 14)) + 'px';
  }

  // One map; a page may have two maps of the same images.
  function panel(canvas, xs, ys) {
    const c = canvas.getContext('2d'), [middleX, spanX] = span(xs), [middleY, spanY] = span(ys);
    let zoom = 1, panX = 0, panY = 0, width = 0, height = 0, drag = null;
    const base = () => Math.max(1e-3, Math.min((width - 2 * margin) / spanX, (height - 2 * margin) / spanY));
    const px = i => width / 2 + panX + (xs[i] - middleX) * base() * zoom;
    const py = i => height / 2 + panY + (ys[i] - middleY) * base() * zoom;

    function sign(group, x, y, r) {
      const shape = Math.floor(group / d.colors.length) % 6;
      c.beginPath();
      const poly = p => { p.forEach(([a, b], i) => i ? c.lineTo(x + a * r, y + b * r) : c.moveTo(x + a * r, y + b * r)); c.closePath(); };
      if (shape === 0) c.arc(x, y, r, 0, 7);
      else if (shape === 1) poly([[-0.45, -1.3], [0.45, -1.3], [0.45, -0.45], [1.3, -0.45], [1.3, 0.45], [0.45, 0.45], [0.45, 1.3], [-0.45, 1.3], [-0.45, 0.45], [-1.3, 0.45], [-1.3, -0.45], [-0.45, -0.45]]);
      else if (shape === 2) poly([[0, -1.2], [1.15, 0.9], [-1.15, 0.9]]);
      else if (shape === 3) poly([[-1, -1], [1, -1], [1, 1], [-1, 1]]);
      else if (shape === 4) poly([[0, -1.35], [1.35, 0], [0, 1.35], [-1.35, 0]]);
      else poly([[0, 1.2], [1.15, -0.9], [-1.15, -0.9]]);
      c.fillStyle = d.colors[group % d.colors.length];
      c.fill();
      c.stroke();
    }

    function draw() {
      const ratio = window.devicePixelRatio || 1;
      width = canvas.clientWidth;
      height = canvas.clientHeight;
      canvas.width = width * ratio;
      canvas.height = height * ratio;
      c.setTransform(ratio, 0, 0, ratio, 0, 0);
      c.clearRect(0, 0, width, height);
      c.strokeStyle = style('--page');
      c.lineWidth = 0.6;
      const r = Math.min(7, (n > 2000 ? 2.6 : 4) * Math.sqrt(zoom));
      const seen = order.filter(i => !hidden[d.group[i]] && px(i) > -60 && px(i) < width + 60 && py(i) > -60 && py(i) < height + 60);
      for (const i of seen) sign(d.group[i], px(i), py(i), r);
      if (pictures.checked) drawPictures(seen);
      if (hot >= 0) {
        c.strokeStyle = style('--text');
        c.lineWidth = 2;
        c.beginPath();
        c.arc(px(hot), py(hot), r + 4, 0, 7);
        c.stroke();
      }
    }

    // Only thumbnails that cover no other one.
    function drawPictures(seen) {
      const side = 48, taken = new Map();
      for (const i of seen) {
        if (!d.w[i]) continue;
        const gx = Math.floor(px(i) / side), gy = Math.floor(py(i) / side);
        let free = true;
        for (let a = -1; a <= 1 && free; a++) for (let b = -1; b <= 1 && free; b++) {
          const o = taken.get((gx + a) + ',' + (gy + b));
          free = o === undefined || Math.abs(px(o) - px(i)) > side + 6 || Math.abs(py(o) - py(i)) > side + 6;
        }
        if (!free) continue;
        taken.set(gx + ',' + gy, i);
        const [sheet, sx, sy] = place(i), f = side / Math.max(d.w[i], d.h[i]);
        const w = d.w[i] * f, h = d.h[i] * f;
        if (!sheets[sheet].complete) continue;
        c.drawImage(sheets[sheet], sx, sy, d.w[i], d.h[i], px(i) - w / 2, py(i) - h / 2, w, h);
        c.strokeStyle = d.colors[d.group[i] % d.colors.length];
        c.lineWidth = 3;
        c.strokeRect(px(i) - w / 2 - 1, py(i) - h / 2 - 1, w + 2, h + 2);
      }
    }

    function nearest(x, y) {
      let best = -1, least = 196;
      for (let i = 0; i < n; i++) {
        if (hidden[d.group[i]]) continue;
        const dx = px(i) - x, dy = py(i) - y, s = dx * dx + dy * dy;
        if (s < least) { least = s; best = i; }
      }
      return best;
    }

    canvas.addEventListener('pointermove', e => {
      const box = canvas.getBoundingClientRect();
      if (drag) {
        panX += e.clientX - drag[0];
        panY += e.clientY - drag[1];
        drag = [e.clientX, e.clientY];
        tip.hidden = true;
        redraw();
        return;
      }
      const i = nearest(e.clientX - box.left, e.clientY - box.top);
      if (i !== hot) { hot = i; redraw(); }
      show(i, e.clientX, e.clientY);
    });
    canvas.addEventListener('pointerdown', e => { drag = [e.clientX, e.clientY]; canvas.setPointerCapture(e.pointerId); });
    canvas.addEventListener('pointerup', () => { drag = null; });
    canvas.addEventListener('pointerleave', () => { hot = -1; tip.hidden = true; redraw(); });
    canvas.addEventListener('wheel', e => {
      e.preventDefault();
      const box = canvas.getBoundingClientRect(), f = Math.exp(-e.deltaY * 0.0015);
      const to = Math.min(60, Math.max(0.8, zoom * f)), g = to / zoom;
      const x = e.clientX - box.left - width / 2, y = e.clientY - box.top - height / 2;
      panX = x - (x - panX) * g;
      panY = y - (y - panY) * g;
      zoom = to;
      redraw();
    }, { passive: false });
    return { draw, reset: () => { zoom = 1; panX = 0; panY = 0; } };
  }

  const panels = [panel(document.getElementById('map'), d.x, d.y)];
  if (d.beside) panels.push(panel(document.getElementById('beside'), d.beside.x, d.beside.y));

  function redraw() {
    if (!asked) { asked = true; requestAnimationFrame(() => { asked = false; panels.forEach(p => p.draw()); }); }
  }

  document.getElementById('reset').addEventListener('click', () => { panels.forEach(p => p.reset()); redraw(); });
  pictures.addEventListener('change', redraw);
  document.querySelectorAll('#legend button').forEach((button, group) => button.addEventListener('click', () => {
    hidden[group] = !hidden[group];
    button.setAttribute('aria-pressed', String(!hidden[group]));
    redraw();
  }));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  addEventListener('resize', redraw);
  pictures.checked = d.w.some(w => w > 0);
  redraw();
})();
