using System.Text.Json.Nodes;

namespace SimClr.Cli.Verbs;

/// <summary>The images with one kind of fault.</summary>
/// <param name="Kind">The key in JSON and CSV, such as <c>blurred</c>.</param>
/// <param name="Title">The heading, such as <c>Blurred</c>.</param>
/// <param name="Meaning">The meaning of the number and its limit, in words.</param>
/// <param name="Items">The images, the worst first.</param>
internal sealed record CheckedList(string Kind, string Title, string Meaning, IReadOnlyList<CheckedItem> Items)
{
    /// <summary>The accuracy of the classifier behind the findings, 0 … 1; null if there is none.</summary>
    public double? Accuracy { get; init; }
}

/// <summary>An image with a fault.</summary>
/// <param name="Path">The path of the image.</param>
/// <param name="Image">The index of the image in the checked set; null if it is not among them.</param>
/// <param name="Value">The number behind the fault; null if there is none.</param>
/// <param name="Detail">The number, or the reason, in words.</param>
/// <param name="Json">Further values.</param>
internal sealed record CheckedItem(
    string Path, int? Image, double? Value, string Detail, IReadOnlyList<KeyValuePair<string, JsonNode?>> Json);
