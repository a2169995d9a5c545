'use strict';
document.addEventListener('DOMContentLoaded', () => {
  const boxes = [...document.querySelectorAll('.gallery input[type=checkbox]')];
  const count = document.getElementById('count'), list = document.getElementById('list');
  const slider = document.getElementById('similarity'), shown = document.getElementById('shown');
  const chosen = () => boxes.filter(box => box.checked && !box.closest('li').hidden).map(box => box.dataset.path);
  const update = () => { count.textContent = chosen().length + ' of ' + boxes.length + ' selected'; list.hidden = true; };
  boxes.forEach(box => box.addEventListener('change', update));
  if (slider) slider.addEventListener('input', () => {
    shown.textContent = Number(slider.value).toFixed(4);
    boxes.forEach(box => { box.closest('li').hidden = Number(box.dataset.similarity) < Number(slider.value); });
    update();
  });
  document.getElementById('copy').addEventListener('click', async () => {
    const text = chosen().map(path => path + '\n').join('');
    try {
      await navigator.clipboard.writeText(text);
      count.textContent = chosen().length + ' paths copied';
    } catch {
      list.value = text;   // without access to the clipboard, the reader copies the selected text
      list.hidden = false;
      list.select();
    }
  });
  update();
});
