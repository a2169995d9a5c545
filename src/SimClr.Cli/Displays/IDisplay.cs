using Microsoft.Extensions.Logging;
using SimClr.Training;

namespace SimClr.Cli.Displays;

/// <summary>Shows on standard error how far a long piece of work is.</summary>
internal interface IDisplay
{
    /// <summary>Takes notes and warnings.</summary>
    ILogger Logger { get; }

    /// <summary>Takes the state of pre-training.</summary>
    IProgress<PretrainProgress> Training { get; }

    /// <summary>Counts what is done of a number of images.</summary>
    /// <param name="work">What is done with them, such as "embedding sample:test".</param>
    /// <param name="total">All of them.</param>
    IProgress<int> Images(string work, int total);
}
