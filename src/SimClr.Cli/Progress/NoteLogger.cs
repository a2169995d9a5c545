using Microsoft.Extensions.Logging;

namespace SimClr.Cli.Progress;

/// <summary>
/// Writes the library's log messages as lines in the words of the command line: <c>note: …</c>, <c>warning: …</c> and
/// <c>error: …</c>.
/// </summary>
internal sealed class NoteLogger(Action<string> write) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            string kind = logLevel >= LogLevel.Critical ? "error" : logLevel >= LogLevel.Warning ? "warning" : "note";
            write($"{kind}: {TerminalText.EscapeName(CommandWords.From(formatter(state, exception)))}");
        }
    }
}
