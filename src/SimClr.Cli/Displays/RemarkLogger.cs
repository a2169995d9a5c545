using Microsoft.Extensions.Logging;

namespace SimClr.Cli.Displays;

/// <summary>Turns the library's log messages into lines <c>note: …</c> and <c>warning: …</c>.</summary>
internal sealed class RemarkLogger(Action<string> write) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            write($"{(logLevel >= LogLevel.Warning ? "warning" : "note")}: {formatter(state, exception)}");
        }
    }
}
