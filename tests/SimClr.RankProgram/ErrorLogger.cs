using Microsoft.Extensions.Logging;

namespace SimClr.RankProgram;

/// <summary>A logger that writes to standard error.</summary>
internal sealed class ErrorLogger : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
        => Console.Error.WriteLine(
            $"{(logLevel == LogLevel.Critical ? "error" : "warning")}: {formatter(state, exception)}");
}
