using System.Text.Json;
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
    public void Every_point_equals_the_reference(int index)
    {
        JsonElement golden = GoldenFile.Read("schedule.json")[index];
        int batch = golden.GetProperty("batch").GetInt32();
        var options = new OptimizerOptions
        {
            BaseRate = golden.GetProperty("base_rate").GetDouble(),
            Scaling = golden.GetProperty("scaling").GetString()!,
        };
        double peak = options.PeakRateFor(batch);
        var schedule = new LearningRateSchedule(
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

    [Fact]
    public void A_peak_rate_replaces_base_and_scaling()
        => Assert.Equal(1.5, new OptimizerOptions { PeakRate = 1.5, Scaling = "sqrt" }.PeakRateFor(4096));

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
