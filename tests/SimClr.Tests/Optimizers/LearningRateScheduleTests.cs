using System.Text.Json;
using SimClr.Internals;
using SimClr.Optimizers;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Optimizers;

public sealed class LearningRateScheduleTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_point_equals_the_papers_code_for_runs_of_earlier_versions(int index)
    {
        JsonElement golden = GoldenFile.Read("schedule.json")[index];
        int batch = golden.GetProperty("batch").GetInt32();
        var options = new OptimizerOptions
        {
            BaseRate = golden.GetProperty("base_rate").GetDouble(),
            Scaling = EnumText.Parse<RateScaling>(golden.GetProperty("scaling").GetString()!),
        };
        double peak = options.PeakRateFor(batch);
        var schedule = LearningRateSchedule.ForEarlierRun(
            golden.GetProperty("images").GetInt32(),
            golden.GetProperty("epochs").GetInt32(),
            batch,
            golden.GetProperty("warmup_epochs").GetDouble(),
            peak);

        Assert.Equal(golden.GetProperty("peak").GetDouble(), peak, 1e-12);
        Assert.Equal(golden.GetProperty("total_steps").GetInt64(), schedule.TotalSteps);
        Assert.Equal(golden.GetProperty("warmup_steps").GetInt64(), schedule.WarmupSteps);
        foreach (JsonElement point in golden.GetProperty("points").EnumerateArray())
        {
            Assert.Equal(point[1].GetDouble(), schedule.At(point[0].GetInt64()), 1e-12);
        }
    }

    // Counted by hand: images div batch steps in each epoch.
    [Theory]
    [InlineData(127, 100, 64, 10, 100, 10)]
    [InlineData(100, 100, 64, 10, 100, 10)]
    [InlineData(1000, 90, 512, 0, 90, 0)]
    [InlineData(50_000, 10, 256, 1, 1950, 195)]
    [InlineData(1_281_167, 100, 4096, 10, 31_200, 3120)]
    [InlineData(64, 3, 16, 0.6, 12, 2)]
    public void Its_length_is_the_number_of_steps_taken(
        int images, int epochs, int batch, double warmupEpochs, int total, int warmup)
    {
        var schedule = new LearningRateSchedule(images, epochs, batch, warmupEpochs, peak: 2);
        Assert.Equal((total, warmup), (schedule.TotalSteps, schedule.WarmupSteps));
        Assert.Equal(warmup == 0 ? 2 : 0, schedule.At(0));
        Assert.Equal(2, schedule.At(warmup));
        Assert.Equal(1, schedule.At((total + warmup) / 2), 0.02);
        Assert.Equal(0, schedule.At(total), 1e-12);
    }

    [Fact]
    public void A_batch_larger_than_the_set_allows_no_step_and_is_refused()
        => Assert.Throws<ArgumentOutOfRangeException>(() => new LearningRateSchedule(63, 1, 64, 0, 1));

    [Fact]
    public void A_peak_rate_replaces_base_and_scaling()
        => Assert.Equal(1.5, new OptimizerOptions { PeakRate = 1.5, Scaling = RateScaling.Sqrt }.PeakRateFor(4096));

    [Fact]
    public void It_rises_from_0_to_the_peak_and_falls_to_0()
    {
        var schedule = new LearningRateSchedule(1000, 10, 100, 2, peak: 3);
        Assert.Equal(0, schedule.At(0));
        Assert.Equal(3, schedule.At(schedule.WarmupSteps), 1e-12);
        Assert.Equal(0, schedule.At(schedule.TotalSteps), 1e-12);
        for (long step = 1; step <= schedule.TotalSteps; step++)
        {
            Assert.Equal(step <= schedule.WarmupSteps, schedule.At(step) > schedule.At(step - 1));
        }
    }
}
