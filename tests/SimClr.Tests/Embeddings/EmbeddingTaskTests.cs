using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Parquet;
using SimClr.Tests.Augmentation;
using SimClr.Tests.Data;
using static TorchSharp.torch;

namespace SimClr.Tests.Embeddings;

[Collection(ComputeThreadsCollection.Name)]
public sealed class EmbeddingTaskTests : IDisposable
{
    private const int Count = 150; // four batches of 32 and a partial one
    private const int Size = 12;

    private static readonly IEmbeddingFormat[] Others = [new ParquetFormat()];
    private static readonly int[] Broken = [3, 40, 41, 149];
    private static readonly DataOptions Lenient = new() { MaxSkipped = 0.9, Workers = 2 };

    private readonly TemporaryFolder folder = new();
    private readonly TrainedEncoder encoder = Encoder(1);
    private readonly FlawedDataSet images = Images.Set(Count, Broken);
    private readonly int threads = get_num_threads();

    public static TheoryData<string> Formats => [".npy", ".csv", ".safetensors", ".parquet"];

    public void Dispose()
    {
        set_num_threads(threads);
        images.Dispose();
        encoder.Dispose();
        folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Parts_join_to_the_file_of_a_single_call_whatever_the_threads(string extension)
    {
        string whole = folder.PathOf("whole" + extension);
        EmbeddingOutcome outcome = Run(Task(), whole);
        Assert.Equal(
            (Count - Broken.Length, 64, Count, 0), (outcome.Rows, outcome.Dimension, outcome.Images, outcome.Resumed));

        string[] parts = [.. Enumerable.Range(1, 3).Select(number => Part(number, extension))];
        string joined = folder.PathOf("joined" + extension);
        EmbeddingJoin.Write(EmbeddingJoin.InOrder([parts[1], parts[2], parts[0]]), joined, Others);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(joined));
        if (extension == ".npy")
        {
            Assert.Equal(File.ReadAllBytes(whole + ".csv"), File.ReadAllBytes(joined + ".csv"));
        }

        EmbeddingTable table = EmbeddingFile.Read(joined, Others);
        EmbeddingTable direct = Embedder.Embed(encoder, images, Lenient);
        Assert.Equal(direct.Values, table.Values);
        Assert.Equal(direct.Paths, table.Paths);
        Assert.Equal(
            direct.Labels!.Select(label => direct.ClassNames![label]),
            table.Labels!.Select(label => table.ClassNames![label]));
        Assert.Equal(direct.Widths, table.Widths);
        Assert.Equal((images.Read(0).Width, images.Read(0).Height), (table.Widths![0], table.Heights![0]));
    }

    /// <summary>The memory of a batch is reused, but not before the batch has been computed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void With_more_batches_than_buffers_every_row_is_that_of_its_image(int computeThreads)
    {
        const int many = 1500;
        using var set = new InMemoryDataSet(Enumerable.Range(0, many).Select(i => RandomImages.Noise(8, 8, i)));
        set_num_threads(computeThreads);

        EmbeddingTable table = Embedder.Embed(encoder, set);

        Assert.Equal(Enumerable.Range(0, many).Select(set.PathOf), table.Paths);
        float[] expected = InOneBatch(set);
        Assert.Equal(expected.Length, table.Values.Length);
        float scale = expected.Max();
        Assert.All(
            expected.Zip(table.Values),
            pair => Assert.InRange(pair.First - pair.Second, -1e-5f * scale, 1e-5f * scale));
    }

    [Fact]
    public void Truncated_anywhere_it_resumes_to_the_same_bytes()
    {
        string whole = folder.PathOf("whole.csv");
        Run(Task(), whole);
        byte[] part = Interrupted(folder.PathOf("stopped.csv"));
        foreach ((int length, int resumed)
            in new[] { (0, 0), (7, 0), (20, 0), (part.Length / 4, 0), (part.Length - 1, 32), (part.Length, 64) })
        {
            string file = folder.PathOf($"cut-{length}.csv");
            File.WriteAllBytes(file + ".part", part[..length]);
            var skipped = new SkippedImages(images, Lenient);
            EmbeddingOutcome outcome = Task().Run(file, new CsvFormat(), skipped, null, CancellationToken.None);
            Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(file));
            Assert.Equal(resumed, outcome.Resumed);
            Assert.Equal(Broken.Length, skipped.Count);
            Assert.False(File.Exists(file + ".part"));
        }
    }

    [Fact]
    public void A_record_whose_bytes_changed_is_computed_again()
    {
        string file = folder.PathOf("photos.csv");
        byte[] part = Interrupted(file);
        part[^100] ^= 1;
        File.WriteAllBytes(file + ".part", part);
        Assert.Equal(32, Run(Task(), file).Resumed);
        string whole = folder.PathOf("whole.csv");
        Run(Task(), whole);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(file));
    }

    [Fact]
    public void A_part_with_other_weights_images_or_options_is_refused_with_the_difference()
    {
        string file = folder.PathOf("photos.csv");
        byte[] part = Interrupted(file);
        using TrainedEncoder other = Encoder(2);
        using FlawedDataSet more = Images.Set(Count + 1, Broken);
        Assert.Contains("encoder was", Mismatch(Task() with { Encoder = other }));
        Assert.Contains($"count was {Count} and is now {Count + 1}", Mismatch(Task() with { Images = more }));
        Assert.Contains("normalize was False and is now True", Mismatch(Task() with { Normalize = true }));
        Assert.Contains(
            "scaled_decode was 0 and is now 64",
            Mismatch(Task() with { Options = Lenient with { ScaledDecode = 64 } }));
        Assert.Contains("to was 150 and is now", Mismatch(Task() with { Shard = new(1, 2) }));
        Assert.Equal(part, File.ReadAllBytes(file + ".part"));
        Assert.Equal(64, Run(Task() with { Options = Lenient with { Workers = 1 } }, file).Resumed);

        string Mismatch(EmbeddingTask task) => Assert.Throws<ResumeMismatchException>(() => Run(task, file)).Message;
    }

    [Fact]
    public void A_failure_before_the_first_row_does_not_block_a_retry()
    {
        string file = folder.PathOf("photos.csv");
        using FlawedDataSet flawed = Images.Set(13, 4);
        EmbeddingTask strict = Task() with { Images = flawed, Options = new DataOptions { MaxSkipped = 0 } };
        Assert.Contains("Repair or remove them", Assert.Throws<DataException>(() => Run(strict, file)).Message);
        Assert.False(File.Exists(file + ".part"));

        using FlawedDataSet repaired = Images.Set(12);
        Assert.Equal(12, Run(strict with { Images = repaired }, file).Rows);
    }

    [Fact]
    public void A_kill_before_the_first_row_does_not_block_a_retry()
    {
        string file = folder.PathOf("photos.csv");
        byte[] part = Interrupted(file);
        byte[] text = "no job that could be read"u8.ToArray();
        File.WriteAllBytes(file + ".part", [.. part[..16], .. BitConverter.GetBytes(text.Length), .. text]);
        Assert.Equal(0, Run(Task(), file).Resumed);

        // All images of the first batch were skipped.
        int job = BitConverter.ToInt32(part, 16);
        byte[] record = [.. BitConverter.GetBytes(32), .. new byte[12]];
        byte[] hash = System.Security.Cryptography.SHA256.HashData(record)[..8];
        File.WriteAllBytes(
            file + ".part", [.. part[..(20 + job)], .. BitConverter.GetBytes(record.Length), .. hash, .. record]);
        using FlawedDataSet more = Images.Set(Count + 1);
        Assert.Equal(
            (0, Count + 1),
            (Run(Task() with { Images = more }, file) is var outcome ? (outcome.Resumed, outcome.Rows) : default));
    }

    [Fact]
    public void A_foreign_file_in_place_of_the_part_is_kept()
    {
        string file = folder.PathOf("photos.csv");
        folder.Write("photos.csv.part", "something of the user's");
        Assert.Contains(
            "is in the way", Assert.Throws<DataException>(() => Run(Task(), file)).Message, StringComparison.Ordinal);
        Assert.Equal("something of the user's", File.ReadAllText(file + ".part"));
    }

    [Fact]
    public void Normalized_rows_are_those_of_the_table_divided_by_their_lengths()
    {
        string file = folder.PathOf("unit.npy");
        Run(Task() with { Normalize = true }, file);
        Assert.Equal(Embedder.Embed(encoder, images, Lenient).Normalized().Values, EmbeddingFile.Read(file).Values);
    }

    [Fact]
    public void More_parts_than_batches_are_refused()
        => Assert.Contains(
            "at most 5 part(s)",
            Assert.Throws<ConfigurationException>(
                () => Run(Task() with { Shard = new(1, 6) }, folder.PathOf("a.csv"))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("a.1-of-2.npy", "2-of-2 is missing")]
    [InlineData("a.1-of-2.npy a.2-of-2.npy b.2-of-2.npy", "once each")]
    [InlineData("a.npy", "is not named as EmbeddingShard names its files")]
    public void Incomplete_sets_of_parts_are_refused(string files, string expected)
        => Assert.Contains(
            expected,
            Assert.Throws<DataException>(() => EmbeddingJoin.InOrder(files.Split(' '))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Parts_of_different_embeddings_are_refused()
    {
        EmbeddingFile.Write(folder.PathOf("a.1-of-2.npy"), new EmbeddingTable([1, 2], 2, ["a"]));
        EmbeddingFile.Write(folder.PathOf("a.2-of-2.npy"), new EmbeddingTable([1], 1, ["b"]));
        var error = Assert.Throws<DataException>(
            () => EmbeddingJoin.Write(
                [folder.PathOf("a.1-of-2.npy"), folder.PathOf("a.2-of-2.npy")], folder.PathOf("a.npy"), Others));
        Assert.Contains("1 numbers per row", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.PathOf("a.npy")));
    }

    [Fact]
    public void An_encoder_with_NaN_output_leaves_no_file()
    {
        using (no_grad())
        {
            encoder.Module.parameters().First().fill_(float.NaN);
        }

        string file = folder.PathOf("nan.npy");
        Assert.Throws<DataException>(() => Run(Task(), file));
        Assert.False(File.Exists(file));
    }

    private static TrainedEncoder Encoder(long seed)
    {
        var options = new EncoderOptions { Name = "resnet18", Width = 0.125 };
        return new TrainedEncoder(EncoderCatalog.Create(options, Size, seed), options, new ViewOptions { Size = Size });
    }

    // Computed by the encoder itself, all images at once.
    private float[] InOneBatch(InMemoryDataSet set)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var transform = new EvaluationTransform(encoder.Views);
        float[] pixels = new float[set.Count * 3 * Size * Size];
        for (int i = 0; i < set.Count; i++)
        {
            transform.Render(set.Read(i), pixels.AsSpan(i * 3 * Size * Size, 3 * Size * Size));
        }

        encoder.Module.eval();
        return encoder.Module.forward(tensor(pixels, [set.Count, Size, Size, 3]).permute(0, 3, 1, 2))
            .contiguous()
            .data<float>()
            .ToArray();
    }

    private EmbeddingTask Task() => new(encoder, images, Lenient);

    // Each part uses a different number of threads and workers.
    private string Part(int number, string extension)
    {
        set_num_threads(number == 3 ? 4 : number);
        var shard = new EmbeddingShard(number, 3);
        string file = shard.NameOf(folder.PathOf("part" + extension));
        Run(Task() with { Shard = shard, Options = Lenient with { Workers = number } }, file);
        return file;
    }

    private static EmbeddingOutcome Run(EmbeddingTask task, string file)
        => task.Run(
            file,
            EmbeddingFile.FormatOf(file, Others),
            new SkippedImages(task.Images, task.Options),
            null,
            CancellationToken.None);

    /// <summary>The bytes of the part file that a task leaves when it is stopped after two batches.</summary>
    private byte[] Interrupted(string file)
    {
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(
            () => Task()
                .Run(file, new CsvFormat(), new SkippedImages(images, Lenient), new StopAt(64, stop), stop.Token));
        return File.ReadAllBytes(file + ".part");
    }

    private sealed class StopAt(int done, CancellationTokenSource stop) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value >= done)
            {
                stop.Cancel();
            }
        }
    }
}
