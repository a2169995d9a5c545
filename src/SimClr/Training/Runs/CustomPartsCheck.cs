using SimClr.Checkpoints;
using SimClr.Configuration;

namespace SimClr.Training;

/// <summary>Checks the custom parts of a run against its configuration and against the run in the directory.</summary>
internal static class CustomPartsCheck
{
    /// <summary>Checks the parts before a session.</summary>
    /// <param name="run">The run directory.</param>
    /// <param name="record">The run in the directory, or null.</param>
    /// <param name="options">The configuration.</param>
    /// <param name="parts">The parts of this session.</param>
    /// <exception cref="ConfigurationException">
    /// Views are made on a device, where the augmentation cannot run.
    /// </exception>
    /// <exception cref="ResumeMismatchException">The run was started with different parts.</exception>
    public static void Run(RunDirectory run, RunRecord? record, PretrainOptions options, CustomParts parts)
    {
        if (parts.Augmentation is not null && options.AugmentOn == AugmentationPlace.Device)
        {
            throw new ConfigurationException(
                $"augment_on is device, but the augmentation {CustomParts.NameOf(parts.Augmentation)} runs on the CPU; "
                    + "set augment_on to cpu, or omit the augmentation");
        }

        if (record is not null)
        {
            RequireSame(run, "augmentation", record.CustomAugmentation, CustomParts.NameOf(parts.Augmentation));
            RequireSame(run, "loss", record.CustomLoss, CustomParts.NameOf(parts.Loss));
            RequireSame(run, "head", record.CustomHead, CustomParts.NameOf(parts.Head));
            if (record.CustomOptimizer is null != parts.Optimizer is null)
            {
                RequireSame(
                    run, "optimizer", record.CustomOptimizer, parts.Optimizer is null ? null : "of this session");
            }
        }
    }

    /// <summary>Checks one part.</summary>
    /// <exception cref="ResumeMismatchException">The types differ.</exception>
    public static void RequireSame(RunDirectory run, string part, string? before, string? now)
    {
        if (before != now)
        {
            throw new ResumeMismatchException(
                $"{run.Root}: the run was started with {Describe(part, before)}, now with {Describe(part, now)}; "
                    + "resume it from C# as it was started, or choose another directory");
        }
    }

    private static string Describe(string part, string? name)
        => name is null ? $"no custom {part}" : $"the {part} {name}";
}
