using System.Runtime.InteropServices;
using SimClr.Cli;
using static TorchSharp.torch;

namespace SimClr.Tests.Cli;

public sealed class MemoryShortageTests
{
    [Fact]
    public void A_memory_shortage_of_the_tensor_library_is_reported_with_what_to_reduce()
    {
        // More than any processor can address.
        Exception error = Assert.ThrowsAny<Exception>(() => empty([1L << 50], dtype: ScalarType.Float32));
        AssertPlain(error, "4503599627370496 bytes");
    }

    [Fact]
    public void A_memory_shortage_of_the_runtime_or_a_gpu_is_reported_the_same_way()
    {
        // Longer than any array can be.
        OutOfMemoryException error = Assert.Throws<OutOfMemoryException>(() => new byte[int.MaxValue]);
        AssertPlain(error, "out of memory;");
        AssertPlain(new AggregateException(error), "out of memory;");
        AssertPlain(
            new NativeException(
                "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8 GiB\n"
                    + "Exception raised from malloc\nframe #0: x"),
            "2.00 GiB");
    }

    [Fact]
    public void Other_errors_of_the_tensor_library_are_not_memory_shortages_and_show_no_native_stack()
    {
        (int code, string text) = Report(
            new NativeException("shapes cannot be multiplied\nException raised from meta at x.cpp\nframe #0: y"));
        Assert.Equal(1, code);
        Assert.StartsWith("error: shapes cannot be multiplied\n", text.ReplaceLineEndings("\n"));
        Assert.DoesNotContain("frame #", text);
        Assert.DoesNotContain("batch.size", text);
    }

    private static void AssertPlain(Exception error, string asked)
    {
        (int code, string text) = Report(error);
        Assert.Equal(2, code);
        string line = Assert.Single(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error: out of memory", line);
        Assert.All([asked, "batch.size", "views.size", "encoder.width"], part => Assert.Contains(part, line));
    }

    private static (int Code, string Text) Report(Exception error)
    {
        var text = new StringWriter();
        int code = CommandLine.Report(error, text, verbose: false);
        return (code, text.ToString());
    }

    private sealed class NativeException(string message) : ExternalException(message);
}
