using System.Text;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Cli.Outputs;

/// <summary>The result of <see cref="UndoList.Undo"/>.</summary>
/// <param name="Restored">The files moved back, with their place before and after.</param>
/// <param name="InPlace">The number of files that were in their old place already.</param>
/// <param name="NotRestored">The files that stay in their new place, or are in neither.</param>
internal sealed record UndoResult(
    IReadOnlyList<TransferItem> Restored, int InPlace, IReadOnlyList<Omission> NotRestored);

/// <summary>
/// The list of moved files, with the columns <c>from</c> and <c>to</c> as full paths. A line is on the disk before its
/// file moves, so that whatever happens, no file is lost.
/// </summary>
internal sealed class UndoList : IDisposable
{
    private const string Columns = "from,to";

    private readonly FileStream stream;

    private UndoList(FileStream stream) => this.stream = stream;

    /// <summary>The path of the list.</summary>
    public string Path => stream.Name;

    /// <summary>Creates <c>undo.csv</c> in a folder, or <c>undo-2.csv</c> and so on if there is one.</summary>
    /// <exception cref="IOException">The list cannot be created.</exception>
    public static UndoList CreateIn(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = new FreeNames().Take(System.IO.Path.Join(folder, "undo.csv"));
        var list = new UndoList(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read));
        list.Write(Columns);
        return list;
    }

    /// <summary>Lists a file, on the disk, before it moves.</summary>
    public void Add(TransferItem item) => Write($"{CsvField.Quote(item.From)},{CsvField.Quote(item.To)}");

    public void Dispose() => stream.Dispose();

    /// <summary>
    /// Moves the files of a list back, the last one first, without overwriting others. It can be repeated.
    /// </summary>
    /// <param name="list">The path of the list.</param>
    /// <param name="isDryRun">Whether to change nothing and only say what would be done.</param>
    /// <param name="stop">Requests a stop between two files.</param>
    /// <exception cref="DataException">The file is not a list of moves.</exception>
    public static UndoResult Undo(string list, bool isDryRun, CancellationToken stop)
    {
        var restored = new List<TransferItem>();
        var others = new List<Omission>();
        int inPlace = 0;
        foreach (TransferItem item in Enumerable.Reverse(Read(list)))
        {
            stop.ThrowIfCancellationRequested();
            if (!System.IO.Path.Exists(item.To) || CommandInputs.AreSame(item.From, item.To))
            {
                bool isThere = System.IO.Path.Exists(item.From);
                inPlace += isThere ? 1 : 0;
                others.AddRange(isThere ? [] : [new Omission(item.To, $"it is neither there nor at '{item.From}'")]);
                continue;
            }

            string? reason = System.IO.Path.Exists(item.From)
                ? $"there is another file at '{item.From}'"
                : FileTransfer.ReasonAgainst(item.To, TransferMode.Move) ?? (isDryRun ? null : MoveBack(item));
            if (reason is null)
            {
                restored.Add(new TransferItem(item.To, item.From));
            }
            else
            {
                others.Add(new Omission(item.To, reason));
            }
        }

        return new UndoResult(restored, inPlace, others);
    }

    private static string? MoveBack(TransferItem item)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(item.From)!);
            FileTransfer.Move(item.To, item.From);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    private static List<TransferItem> Read(string list)
    {
        try
        {
            using StreamReader text = RegularFile.OpenText(list);
            return Read(list, text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"cannot read {list}: {error.Message}", error);
        }
    }

    private static List<TransferItem> Read(string list, StreamReader text)
    {
        var items = new List<TransferItem>();
        bool hasColumns = false;
        try
        {
            foreach ((int line, string[] fields) in CsvReader.Read(text))
            {
                if (!hasColumns)
                {
                    hasColumns = string.Join(',', fields) == Columns ? true
                        : throw new DataException(
                            $"{list}: line {line}: expected the columns {Columns}, as simclr writes them when it "
                                + "moves files");
                    continue;
                }

                if (fields.Length == 2 && fields.All(IsFullPath))
                {
                    items.Add(new TransferItem(fields[0], fields[1]));
                }
                else if (text.Peek() >= 0)
                {
                    throw new DataException($"{list}: line {line}: expected two full paths");
                }
            }
        }
        catch (FormatException)
        {
            // The last line is incomplete: the program ended while writing it, and its file did not move.
        }

        return hasColumns ? items
            : throw new DataException($"{list}: expected the columns {Columns}, got an empty file");
    }

    private static bool IsFullPath(string path)
        => !path.Contains('\0') && System.IO.Path.IsPathFullyQualified(path);

    private void Write(string line)
    {
        stream.Write(Encoding.UTF8.GetBytes($"{line}\n"));
        stream.Flush(flushToDisk: true);
    }
}
