using System.Globalization;
using System.Text;

namespace SimClr.Data;

/// <summary>The extended headers before a member's own header: names and numbers that do not fit into it.</summary>
internal sealed class TarExtension
{
    public string? Path { get; private set; }

    public string? Link { get; private set; }

    public long? Length { get; private set; }

    public bool IsSparse { get; private set; }

    public string? SparseName { get; private set; }

    public void Add(char type, ReadOnlySpan<byte> content)
    {
        switch (type)
        {
            case 'L':
                Path = TarHeaders.Text(content);
                break;
            case 'K':
                Link = TarHeaders.Text(content);
                break;
            default:
                AddRecords(content);
                break;
        }
    }

    /// <summary>
    /// Adds pax records: each is its length in decimal digits, a space, name, '=', value and a line feed.
    /// </summary>
    private void AddRecords(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty && content[0] != 0)
        {
            int space = content.IndexOf((byte)' ');
            if (space < 0
                || !int.TryParse(content[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= space + 1
                || length > content.Length
                || content[length - 1] != '\n'
                || content[(space + 1)..length].IndexOf((byte)'=') is not (> 0 and int name))
            {
                throw new InvalidDataException("an extended header (pax) is damaged");
            }

            ReadOnlySpan<byte> record = content[(space + 1)..(length - 1)];
            Add(Encoding.UTF8.GetString(record[..name]), Encoding.UTF8.GetString(record[(name + 1)..]));
            content = content[length..];
        }
    }

    private void Add(string name, string value)
    {
        switch (name)
        {
            case "path":
                Path = value;
                break;
            case "linkpath":
                Link = value;
                break;
            case "size":
                Length = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
                    ? length
                    : throw new InvalidDataException(
                        $"an extended header (pax) has the size '{value}', expected a number of bytes");
                break;
            case "GNU.sparse.name":
                SparseName = value;
                break;
        }

        IsSparse |= name.StartsWith("GNU.sparse.", StringComparison.Ordinal);
    }
}
