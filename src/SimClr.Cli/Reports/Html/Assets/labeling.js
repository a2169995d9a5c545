'use strict';
(() => {
  const before = JSON.parse(document.getElementById('before').textContent);
  const fields = [...document.querySelectorAll('.gallery input')], progress = document.getElementById('progress');
  const classes = document.getElementById('classes');
  // Like CsvField: text that a spreadsheet would evaluate gets a leading apostrophe.
  const safe = text => /^'*[=+\-@\t\r\n]/.test(text) ? "'" + text : text;
  const quoted = text => safe(text) !== text || /[",\r\n]/.test(text) ? '"' + safe(text).replaceAll('"', '""') + '"' : text;
  const count = () => { progress.textContent = fields.filter(field => field.value.trim()).length + ' of ' + fields.length + ' labeled'; };
  fields.forEach((field, i) => {
    field.addEventListener('input', count);
    field.addEventListener('change', () => {
      const text = field.value.trim();
      if (text && ![...classes.options].some(option => option.value === text)) classes.append(new Option(text, text));
    });
    field.addEventListener('keydown', e => { if (e.key === 'Enter' && fields[i + 1]) { field.dispatchEvent(new Event('change')); fields[i + 1].focus(); } });
  });
  document.getElementById('save').addEventListener('click', () => {
    const rows = before.concat(fields.map(field => [field.dataset.path, field.value.trim()]));
    const text = 'path,label\n' + rows.map(row => row.map(quoted).join(',') + '\n').join('');
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
    link.download = 'labels.csv';
    link.click();
  });
  count();
})();
