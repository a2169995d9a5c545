using SimClr.Configuration;
using SimClr.Internals;
using SimClr.Training;

namespace SimClr.Tests.Internals;

/// <summary>The device that a name selects, on simulated machines.</summary>
public sealed class ComputeDeviceTests
{
    [Theory]
    [InlineData("auto", 0, 0, "cpu")]
    [InlineData("auto", 1, 0, "cuda:0")]
    [InlineData("cuda", 4, 0, "cuda:0")]
    [InlineData("cuda", 4, 3, "cuda:3")]
    [InlineData("auto", 4, 2, "cuda:2")]
    [InlineData("cuda", 4, 5, "cuda:1")]   // six ranks share four devices
    [InlineData("cuda", 1, 3, "cuda:0")]   // the launcher shows each rank only its own device
    [InlineData("cuda:1", 4, 3, "cuda:1")]
    [InlineData("cpu", 4, 3, "cpu")]
    public void A_rank_takes_the_device_of_its_local_rank_and_a_number_names_another(
        string name, int devices, int localRank, string expected)
        => Assert.Equal(expected, Resolve(name, devices, localRank));

    [Fact]
    public void Apple_is_chosen_if_there_is_no_other_device()
        => Assert.Equal("mps", ComputeDevice.Resolve("auto", () => 0, () => true, 0, () => false));

    [Theory]
    [InlineData(
        "cuda:4", 4, "this process sees 4 CUDA devices, cuda:0 to cuda:3 (CUDA_VISIBLE_DEVICES may hide others)")]
    [InlineData("cuda:1", 1, "this process sees 1 CUDA device, cuda:0 ")]
    [InlineData("cuda", 0, "SIMCLR_LIBTORCH")]
    [InlineData("cuda:0", 0, "-p:TorchBackend=cuda")]
    [InlineData("mps", 0, "a Mac with Apple silicon")]
    [InlineData("gpu", 0, "got 'gpu', expected one of auto, cpu, cuda, mps, or cuda:N")]
    public void A_missing_device_is_refused(string name, int devices, string expected)
        => Assert.Contains(
            expected,
            Assert.Throws<ConfigurationException>(() => Resolve(name, devices, 0)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_cuda_libtorch_without_a_driver_is_recognized()
    {
        string message = Assert.Throws<ConfigurationException>(
            () => ComputeDevice.Resolve("cuda", () => 0, () => false, 0, () => true)).Message;
        Assert.Contains("nvidia-smi", message, StringComparison.Ordinal);
        Assert.DoesNotContain("SIMCLR_LIBTORCH", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cuda", true)]
    [InlineData("cuda:0", true)]
    [InlineData("cuda:12", true)]
    [InlineData("cuda:", false)]
    [InlineData("cuda:01", false)]
    [InlineData("cuda:+1", false)]
    [InlineData("cuda:1 ", false)]
    [InlineData("cuda:99999999999", false)]
    [InlineData("cudax", false)]
    [InlineData("cpu", false)]
    [InlineData("mps", false)]
    public void Cuda_is_recognized_with_and_without_a_number(string name, bool expected)
    {
        Assert.Equal(expected, ComputeDevice.IsCuda(name));
        Assert.Equal(expected ? "cuda" : name, ComputeDevice.KindOf(name));
        Assert.Equal(expected || name is "cpu" or "mps", ComputeDevice.IsName(name));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("OMPI_COMM_WORLD_LOCAL_RANK=2 SLURM_LOCALID=0", 2)]   // mpirun within a Slurm job
    [InlineData("MPI_LOCALRANKID=1 SLURM_LOCALID=0", 1)]
    [InlineData("MV2_COMM_WORLD_LOCAL_RANK=3", 3)]
    [InlineData("PMI_LOCAL_RANK=1", 1)]
    [InlineData("PALS_LOCAL_RANKID=5", 5)]
    [InlineData("SLURM_LOCALID=4", 4)]
    [InlineData("OMPI_COMM_WORLD_LOCAL_RANK= SLURM_LOCALID=4", 4)]
    [InlineData("OMPI_COMM_WORLD_LOCAL_RANK=-1", 0)]
    public void The_local_rank_is_the_launchers(string environment, int expected)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal(expected, LocalRank.Find(variables.GetValueOrDefault));
    }

    [Theory]
    [InlineData(7, 5, false)]    // Turing
    [InlineData(8, 0, true)]     // Ampere
    [InlineData(9, 0, true)]
    [InlineData(12, 0, true)]
    public void Bfloat16_is_chosen_if_the_card_supports_it(int major, int minor, bool expected)
        => Assert.Equal(expected, ComputePlan.HasFastBFloat16(
            "cuda:1", index => index == 1 ? new CudaDriver("card", major, minor, "id") : null));

    [Fact]
    public void Bfloat16_is_not_chosen_without_driver_information_or_on_apple()
    {
        Assert.False(ComputePlan.HasFastBFloat16("cuda:0", _ => null));
        Assert.False(ComputePlan.HasFastBFloat16("mps", _ => throw new InvalidOperationException("not asked")));
        Assert.Equal(
            Processor.HasFastBFloat16,
            ComputePlan.HasFastBFloat16("cpu", _ => throw new InvalidOperationException("not asked")));
    }

    [Fact]
    public void Options_accept_device_numbers_and_refuse_invalid_ones()
    {
        Assert.Equal("cuda:1", new PretrainOptions { Device = "cuda:1" }.Device);
        Assert.Contains(
            "got 'cuda:one'",
            Assert.Throws<ArgumentOutOfRangeException>(() => new PretrainOptions { Device = "cuda:one" }).Message,
            StringComparison.Ordinal);
    }

    private static string Resolve(string name, int devices, int localRank)
        => ComputeDevice.Resolve(name, () => devices, () => false, localRank, () => false);
}
