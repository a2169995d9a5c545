using System.Diagnostics;
using System.Globalization;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>One span of telemetry per epoch. The last observer, so that an epoch includes its checkpoint.</summary>
/// <param name="calendar">The calendar of epochs.</param>
/// <param name="firstStep">The number of steps done before the session.</param>
internal sealed class EpochSpans(RunCalendar calendar, long firstStep) : IRunObserver, IDisposable
{
    private Activity? epoch = Start(1 + (firstStep / calendar.StepsPerEpoch));

    /// <inheritdoc/>
    public void OnStep(TrainingState state)
    {
        if (calendar.EndsEpoch(state.Step))
        {
            epoch?.Dispose();
            epoch = state.Step < state.TotalSteps ? Start(1 + (state.Step / calendar.StepsPerEpoch)) : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => epoch?.Dispose();

    private static Activity? Start(long number)
        => Telemetry.StartSpan("epoch")?.SetTag("simclr.epoch", number.ToString(CultureInfo.InvariantCulture));
}
