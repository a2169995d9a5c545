using SimClr.Internals;

namespace SimClr.Data;

/// <summary>The lists of names and labels that come with image sets, one entry a line.</summary>
internal static class ListFile
{
    /// <summary>The lines that are neither blank nor comments (<c>#</c>), without spaces around them, each with its number from 1.</summary>
    /// <exception cref="DataException">The file cannot be read, or holds no entry.</exception>
    public static (int Line, string Text)[] Read(string path)
    {
        try
        {
            (int, string)[] entries =
            [
                .. RegularFile.ReadLines(path).Select((text, index) => (Line: index + 1, Text: text.Trim(' ', '\r')))
                    .Where(entry => !string.IsNullOrWhiteSpace(entry.Text) && entry.Text[0] != '#'),
            ];
            return entries.Length > 0 ? entries : throw new DataException($"{path}: the list is empty");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataException($"{path}: there is no such file, which would list a part of the set; unpack the set's archive again", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The entries alone.</summary>
    /// <inheritdoc cref="Read"/>
    public static string[] Lines(string path) => [.. Read(path).Select(entry => entry.Text)];

    /// <summary>An entry that does not say what it should.</summary>
    public static DataException Wrong(string path, int line, string got, string expected)
        => new($"{path}, line {line}: got '{got}', expected {expected}");
}
