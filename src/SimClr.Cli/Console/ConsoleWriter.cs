using System.Text;

namespace SimClr.Cli;

/// <summary>
/// Standard output or standard error: what cannot be written there (a full disk, a closed descriptor, a terminal that is
/// gone) is dropped, for nobody can read it and the work is worth more; and names from outside cannot steer the terminal. What
/// is written as a line is one line: a line break in it is part of a name, and shown as one.
/// </summary>
/// <param name="inner">The stream itself.</param>
/// <param name="escapes">Whether control characters are shown by their numbers; not for who draws with them.</param>
internal sealed class ConsoleWriter(TextWriter inner, bool escapes = true) : TextWriter
{
    private ConsoleWriter? drawing;

    public override Encoding Encoding => inner.Encoding;

    /// <summary>Why something was dropped; null while all came through.</summary>
    public string? Failure { get; private set; }

    /// <summary>The same stream for a progress bar, which moves the cursor.</summary>
    public ConsoleWriter Drawing => drawing ??= new ConsoleWriter(inner, escapes: false);

    /// <summary>Whether this stands for a stream, such as <see cref="Console.Error"/>.</summary>
    public bool Wraps(TextWriter stream) => ReferenceEquals(inner, stream);

    public override void Write(char value) => Try(() => inner.Write(EscapeText(value.ToString())));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value) => Try(() => inner.Write(EscapeText(value)));

    public override void WriteLine() => Try(inner.WriteLine);

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(escapes && value is not null ? TerminalText.EscapeName(value) : value));

    /// <summary>An exception with its trace, in many lines.</summary>
    public override void WriteLine(object? value) => Write($"{value}{Environment.NewLine}");

    public override void Flush() => Try(inner.Flush);

    private string? EscapeText(string? text) => escapes && text is not null ? TerminalText.EscapeLines(text) : text;

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
        {
            Failure ??= error.Message;
        }
    }
}
