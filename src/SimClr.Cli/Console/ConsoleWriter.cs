using System.Text;

namespace SimClr.Cli;

/// <summary>
/// Standard output or standard error. Failed writes (full disk, closed descriptor, lost terminal) are ignored: the
/// output cannot be read anyway, and the work matters more. Names from outside cannot control the terminal. A line
/// remains a single line: a line break in it is part of a name and is escaped.
/// </summary>
/// <param name="inner">The underlying stream.</param>
/// <param name="escapes">Whether control characters are escaped; false for a writer that draws with them.</param>
internal sealed class ConsoleWriter(TextWriter inner, bool escapes = true) : TextWriter
{
    private ConsoleWriter? drawing;

    public override Encoding Encoding => inner.Encoding;

    /// <summary>The first error that caused a write to fail; null if there was none.</summary>
    public string? Failure { get; private set; }

    /// <summary>The same stream without escaping, for a progress bar that moves the cursor.</summary>
    public ConsoleWriter Drawing => drawing ??= new ConsoleWriter(inner, escapes: false);

    /// <summary>Whether this writer wraps the given stream, such as <see cref="Console.Error"/>.</summary>
    public bool Wraps(TextWriter stream) => ReferenceEquals(inner, stream);

    public override void Write(char value) => Try(() => inner.Write(EscapeText(value.ToString())));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value) => Try(() => inner.Write(EscapeText(value)));

    public override void WriteLine() => Try(inner.WriteLine);

    public override void WriteLine(string? value)
        => Try(() => inner.WriteLine(escapes && value is not null ? TerminalText.EscapeName(value) : value));

    /// <summary>Writes an exception with its stack trace, on several lines.</summary>
    public override void WriteLine(object? value) => Write($"{value}{Environment.NewLine}");

    public override void Flush() => Try(inner.Flush);

    private string? EscapeText(string? text) => escapes && text is not null ? TerminalText.EscapeLines(text) : text;

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException
            or NotSupportedException)
        {
            Failure ??= error.Message;
        }
    }
}
