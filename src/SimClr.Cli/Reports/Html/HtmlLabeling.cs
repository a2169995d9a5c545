using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SimClr.Cli.Reports;

/// <summary>Writes pictures with a field for the label below each, and a button that saves all labels as the next <c>--labels</c>.</summary>
internal static class HtmlLabeling
{
    private const string Code = """
        'use strict';
        (() => {
          const before = JSON.parse(document.getElementById('before').textContent);
          const fields = [...document.querySelectorAll('.gallery input')], told = document.getElementById('told');
          const classes = document.getElementById('classes');
          // As CsvField: what a spreadsheet would compute gets an apostrophe.
          const safe = text => /^'*[=+\-@\t\r\n]/.test(text) ? "'" + text : text;
          const quoted = text => safe(text) !== text || /[",\r\n]/.test(text) ? '"' + safe(text).replaceAll('"', '""') + '"' : text;
          const tell = () => { told.textContent = fields.filter(field => field.value.trim()).length + ' of ' + fields.length + ' labeled'; };
          fields.forEach((field, i) => {
            field.addEventListener('input', tell);
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
          tell();
        })();
        """;

    public static void Append(StringBuilder html, ReportLabeling labeling)
    {
        html.Append("<p class=\"labeling\"><button type=\"button\" id=\"save\">Save labels.csv</button> <span id=\"told\"></span></p>\n<datalist id=\"classes\">");
        foreach (string name in labeling.Classes)
        {
            html.Append(CultureInfo.InvariantCulture, $"<option value=\"{HtmlText.Escape(name)}\"></option>");
        }

        html.Append("</datalist>\n");
        HtmlGallery.Append(html, labeling.Images, image =>
        {
            string path = HtmlText.Escape(image.Path);
            return $"<input list=\"classes\" autocomplete=\"off\" placeholder=\"label\" aria-label=\"label of {path}\" data-path=\"{path}\">";
        });

        // JSON from System.Text.Json holds no '<' as such, so that no label can end the script.
        var before = new JsonArray([.. labeling.Before.Select(row => new JsonArray(row.Path, row.Label))]);
        html.Append(CultureInfo.InvariantCulture, $"<script type=\"application/json\" id=\"before\">{before.ToJsonString(JsonSerializerOptions.Default)}</script>\n<script>\n{Code}\n</script>\n");
    }
}
