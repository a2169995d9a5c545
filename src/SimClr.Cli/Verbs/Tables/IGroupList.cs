using System.Text.Json.Nodes;
using SimClr.Cli.Reports;

namespace SimClr.Cli.Verbs;

/// <summary>Groups of images as text, JSON, CSV and an HTML page.</summary>
internal interface IGroupList
{
    /// <summary>The column names of <see cref="CsvRows"/>.</summary>
    string CsvHeader { get; }

    IEnumerable<object?[]> CsvRows();

    ReportPage Page(RowImages images);

    JsonObject Json();

    IEnumerable<string> Lines();
}
