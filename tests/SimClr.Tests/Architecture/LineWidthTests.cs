namespace SimClr.Tests.Architecture;

/// <summary>The line width of <c>.editorconfig</c>, which <c>dotnet format</c> does not enforce.</summary>
public sealed class LineWidthTests
{
    private const int MaxWidth = 120;

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("bench")]
    [InlineData("samples")]
    public void No_line_is_longer(string root)
    {
        IEnumerable<string> found = SourceTree.Files(root)
            .SelectMany(file => File.ReadLines(file).Select((line, index) => (file, line, Number: index + 1)))
            .Where(place => place.line.Length > MaxWidth)
            .Select(place => $"{place.file}:{place.Number} has {place.line.Length} characters");
        Assert.Empty(found);
    }
}
