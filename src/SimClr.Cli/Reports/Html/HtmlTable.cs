using System.Globalization;
using System.Text;

namespace SimClr.Cli.Reports;

/// <summary>
/// Writes tables: accuracies with a bar behind each, followed by the meaning of each column; or text and numbers.
/// </summary>
internal static class HtmlTable
{
    public static void Append(StringBuilder html, ReportTable table)
    {
        double?[] best = [.. table.Measures.Select(
            (_, column) => table.Rows.Max(row => RoundForDisplay(row.Values[column])))];
        html.Append(
            CultureInfo.InvariantCulture,
            $"<div class=\"scroll\">\n<table style=\"--columns:{table.Measures.Count}\">\n"
                + $"<caption>{HtmlText.Escape(table.Caption)}</caption>\n<thead>\n<tr><td></td>");
        foreach (ReportMeasure measure in table.Measures)
        {
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{HtmlText.Escape(measure.Name)}</th>");
        }

        html.Append("</tr>\n</thead>\n<tbody>\n");
        foreach (ReportRow row in table.Rows)
        {
            Append(html, table.Measures, row, best, comparable: table.Rows.Count > 1);
        }

        html.Append("</tbody>\n</table>\n</div>\n<dl class=\"measures\">\n");
        foreach (ReportMeasure measure in table.Measures)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<div><dt>{HtmlText.Escape(measure.Name)}</dt><dd>{HtmlText.Escape(measure.Meaning)}</dd></div>\n");
        }

        html.Append("</dl>\n");
    }

    /// <summary>Appends a table of text and numbers; columns of numbers are aligned right.</summary>
    public static void Append(StringBuilder html, ReportGrid grid)
    {
        ChartTable table = grid.Table;
        string[] classes =
            [.. table.Columns.Select((_, column) => table.IsNumeric(column) ? " class=\"number\"" : "")];
        html.Append(
            CultureInfo.InvariantCulture,
            $"<div class=\"scroll\">\n<table class=\"grid\">\n<caption>{HtmlText.Escape(grid.Caption)}</caption>\n"
                + $"<thead>\n<tr>");
        for (int column = 0; column < classes.Length; column++)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<th scope=\"col\"{classes[column]}>{HtmlText.Escape(table.Columns[column])}</th>");
        }

        html.Append("</tr>\n</thead>\n<tbody>\n");
        foreach (IReadOnlyList<object?> row in table.Rows)
        {
            html.Append("<tr>");
            for (int column = 0; column < classes.Length; column++)
            {
                html.Append(
                    CultureInfo.InvariantCulture,
                    $"<td{classes[column]}>{HtmlText.Escape(ChartTable.Text(row[column]))}</td>");
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table>\n</div>\n");
    }

    private static void Append(
        StringBuilder html, IReadOnlyList<ReportMeasure> measures, ReportRow row, double?[] best, bool comparable)
    {
        html.Append(
            CultureInfo.InvariantCulture,
            $"<tr{(row.Highlight ? " class=\"highlight\"" : "")}><th scope=\"row\">{HtmlText.Escape(row.Name)}</th>");
        for (int column = 0; column < best.Length; column++)
        {
            if (row.Values[column] is not { } value)
            {
                html.Append("<td class=\"none\">–</td>");
                continue;
            }

            bool isBest = comparable && RoundForDisplay(value) == best[column];
            string number = measures[column].IsShare
                ? HtmlText.Percent(value)
                : string.Create(CultureInfo.InvariantCulture, $"{value:0.000}");
            string text = isBest ? $"<strong>{number}</strong>" : number;
            html.Append(
                CultureInfo.InvariantCulture,
                $"<td><div class=\"bar\" "
                    + $"style=\"--share:{HtmlText.Percent(Math.Clamp(value, 0, 1))}\">{text}</div></td>");
        }

        html.Append("</tr>\n");
    }

    /// <summary>Rounds to the displayed precision: values that look the same count as equal.</summary>
    private static double? RoundForDisplay(double? value)
        => value is { } number ? Math.Round(100 * number, 1, MidpointRounding.AwayFromZero) : null;
}
