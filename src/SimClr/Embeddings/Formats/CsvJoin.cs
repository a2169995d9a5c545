using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Embeddings;

/// <summary>Concatenation of CSV parts. The first has the header; the others continue it.</summary>
internal static class CsvJoin
{
    /// <summary>Checks the parts and writes them into one file.</summary>
    /// <returns>The number of rows and the dimension of the joined file.</returns>
    /// <exception cref="DataException">A part has no rows, or its columns differ from those of the first.</exception>
    public static (long Rows, int Dimension) Write(IReadOnlyList<string> files, string path)
    {
        CsvColumns? columns = null;
        long rows = 0;
        foreach (string file in files)
        {
            EmbeddingFile.RequireFile(file, ".csv");
            CsvFormat.RequireLines(file);
            foreach ((int line, string[] fields) in Records(file))
            {
                if (columns is null)
                {
                    columns = CsvColumns.Parse(fields, file, wantsNumbers: true);
                    continue;
                }

                columns.RequireCount(fields, line, file);
                rows++;
            }
        }

        AtomicFile.Write(path, stream =>
        {
            foreach (string file in files)
            {
                using FileStream part = RegularFile.OpenRead(file);
                part.CopyTo(stream);
            }
        });
        return (rows, columns!.Dimension);
    }

    private static IEnumerable<(int Line, string[] Fields)> Records(string file)
    {
        using StreamReader text = RegularFile.OpenText(file);
        foreach ((int Line, string[] Fields) record in CsvReader.Read(text))
        {
            yield return record;
        }
    }
}
