using System.Text.Json.Nodes;
using SimClr.Configuration;
using SimClr.Training;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class DoctorCommandTests
{
    [Fact]
    public void Doctor_describes_the_machine_and_estimates_every_preset()
    {
        JsonObject json = CommandRun.Of("doctor", "--device", "cpu", "--json").Json;

        Assert.All(
            ["version", "runtime", "system", "processor", "libtorch"],
            key => Assert.NotEmpty(json[key]!.GetValue<string>()));
        Assert.Equal(Environment.ProcessorCount, json["cores"]!.GetValue<int>());
        Assert.True(json.ContainsKey("mpi"));
        Assert.True(
            json["mpi"] is not JsonObject mpi || mpi["version"]!.GetValue<string>().Any(char.IsDigit),
            $"{json["mpi"]}");
        Assert.True(json["memory_bytes"]!.GetValue<long>() > 0);
        Assert.Contains("cpu", json["devices"]!.AsArray().Select(device => device!.GetValue<string>()));
        Assert.True(json["speed_test"]!["images_per_second"]!.GetValue<double>() > 0);
        Assert.Equal(
            Presets.Names.Order(),
            json["estimates"]!.AsArray().Select(estimate => estimate!["preset"]!.GetValue<string>()).Order());
    }

    [Fact]
    public void Estimates_grow_with_images_epochs_and_multiplications()
    {
        PretrainOptions small = Presets.Load("cifar10-small");
        var measured = new SpeedMeasurement(100, new ComputePlan("cpu", "fp32", 1), 1, 1);

        Assert.Equal(TimeSpan.FromSeconds(1000), SpeedTest.Estimate(measured, small, small, 10_000));
        Assert.Equal(
            TimeSpan.FromSeconds(4000),
            SpeedTest.Estimate(measured, small, small with { Views = small.Views with { Size = 64 } }, 10_000));
    }
}
