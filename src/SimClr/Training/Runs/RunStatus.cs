using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// The status of a run. In files: <c>running</c>, <c>finished</c>, <c>stopped</c>, <c>diverged</c>; <c>lost</c> is
/// never stored.
/// </summary>
[JsonConverter(typeof(EnumTextConverter<RunStatus>))]
public enum RunStatus
{
    /// <summary>A process trains it.</summary>
    Running,

    /// <summary>All steps are done, and the encoder is written.</summary>
    Finished,

    /// <summary>It was interrupted, or ended with an error; it can be resumed.</summary>
    Stopped,

    /// <summary>The loss or a gradient was not finite.</summary>
    Diverged,

    /// <summary>Its process ended without a word: it was killed, or its machine failed. It can be resumed.</summary>
    Lost,
}
