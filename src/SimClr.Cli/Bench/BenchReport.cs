using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace SimClr.Cli.Bench;

/// <summary>The table of results as text, JSON and Markdown.</summary>
internal sealed record BenchReport(BenchMachine Machine, IReadOnlyList<BenchRow> Rows, double Seconds)
{
    /// <summary>The header row of the Markdown table, by which a file of results is recognized.</summary>
    public const string MarkdownColumns = "| figure | target | median | rounds | behind it |";

    public JsonObject Json() => new()
    {
        ["machine"] = Machine.Json(),
        ["rows"] = new JsonArray([.. Rows.Select(BenchRowJson.Write)]),
        ["seconds"] = Math.Round(Seconds, 1),
    };

    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine(Machine.Text());
        foreach (BenchRow row in Rows)
        {
            text.AppendLine();
            text.AppendLine(row.Description);
            text.AppendLine(CultureInfo.InvariantCulture, $"  {row.Name}: {Value(row)}{Range(row)}{Verdict(row)}");
            foreach ((string name, double value) in row.Figures)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    {name} {Number(value)}");
            }
        }

        return text.ToString();
    }

    /// <summary>
    /// Formats the results for <c>bench/results</c>: the machine, the command, and one line per figure.
    /// </summary>
    /// <param name="command">The command line as typed.</param>
    public string Markdown(string command)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {Machine.Machine.Processor}, {Machine.Machine.Cores} cores")
            .AppendLine();
        text.AppendLine(Machine.Text()).AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"`{command}`, {Seconds:F0} s. Ratios are of sides measured in "
            + $"turn; the median, and the lowest to the highest round.").AppendLine();
        text.AppendLine(MarkdownColumns).AppendLine("|---|---|---|---|---|");
        foreach (BenchRow row in Rows)
        {
            string target = row.Target is null ? "" : Bound(row.Target);
            string behind = string.Join(", ", row.Figures.Select(figure => $"{figure.Key} {Number(figure.Value)}"));
            string missed = row.TargetMet == false ? " (missed)" : "";
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {row.Description} | {target} | {Value(row)}{missed} |{Range(row)} | {behind} |");
        }

        return text.ToString();
    }

    private static string Value(BenchRow row) => $"{Number(row.Result.Median)} {row.Unit}";

    private static string Range(BenchRow row)
        => row.Result.Rounds == 1 ? ""
            : $" {Number(row.Result.Low)}–{Number(row.Result.High)} in {row.Result.Rounds} rounds";

    private static string Verdict(BenchRow row)
        => row.Target is null ? "" : $"; target {Bound(row.Target)}: {(row.TargetMet == true ? "reached" : "missed")}";

    private static string Bound(Target target) => $"{(target.AtLeast ? "≥" : "≤")} {Number(target.Bound)}";

    private static string Number(double value)
        => Math.Abs(value) >= 100
            ? value.ToString("N0", CultureInfo.InvariantCulture)
            : BenchRowJson.Significant(value).ToString("0.####", CultureInfo.InvariantCulture);
}
