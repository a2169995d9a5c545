using SimClr.Internals;

namespace SimClr.Data;

/// <summary>Reads the lists of names and labels that come with data sets, one entry per line.</summary>
internal static class ListFile
{
    /// <summary>
    /// Reads the lines that are neither blank nor comments (<c>#</c>), trimmed, each with its number from 1.
    /// </summary>
    /// <exception cref="DataException">The file cannot be read, or has no entries.</exception>
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
            throw new DataException(
                $"{path}: there is no such file, but it should list part of the data set; "
                    + "unpack the set's archive again",
                error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads the entries without their line numbers.</summary>
    /// <inheritdoc cref="Read"/>
    public static string[] Lines(string path) => [.. Read(path).Select(entry => entry.Text)];

    /// <summary>Returns the exception for an invalid entry.</summary>
    public static DataException Wrong(string path, int line, string got, string expected)
        => new($"{path}, line {line}: got '{got}', expected {expected}");
}
