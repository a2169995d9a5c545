using System.Text;

namespace SimClr.Tests.Cli;

/// <summary>A standard stream that accepts nothing, such as /dev/full or the terminal of a closed session.</summary>
internal sealed class FullDisk : TextWriter
{
    public int Tries { get; private set; }

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Refuse();

    public override void Write(string? value) => Refuse();

    public override void WriteLine() => Refuse();

    public override void WriteLine(string? value) => Refuse();

    public override void Flush() => Refuse();

    private void Refuse()
    {
        Tries++;
        throw new IOException("No space left on device");
    }
}
