using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Tests.Internals;

public sealed class PixelRingTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Writes_go_to_the_tensor_without_a_copy(ScalarType type)
    {
        using var ring = new PixelRing(3, 2, "cpu", type, slots: 2);
        using var scope = NewDisposeScope();
        Tensor before = ring.Take(1, 2);
        for (int i = 0; i < 12; i++)
        {
            Write(ring.Memory[0], 1, i, -1);
            Write(ring.Memory[1], 1, i, 100 + i);
        }

        Assert.Equal([2, 3, 2, 2], before.shape);
        Assert.Equal(type, before.dtype);
        Assert.Equal([12, 1, 6, 3], before.stride());

        // Row 1, column 0, green: the eighth value.
        Assert.Equal(107, before[1, 1, 1, 0].to_type(ScalarType.Float32).item<float>());
        Assert.Equal(-1, ring.Take(0, 3)[1, 1, 1, 0].to_type(ScalarType.Float32).item<float>());
    }

    [Fact]
    public void Its_tensors_belong_to_it_and_to_no_scope()
    {
        using var count = new TensorCount();
        PixelRing ring;
        using (NewDisposeScope())
        {
            ring = new PixelRing(2, 4, "cpu", ScalarType.BFloat16);
        }

        ring.Memory[2].BFloat16s(1).Fill(0x3F80);
        using (NewDisposeScope())
        {
            Assert.Equal(48, ring.Take(2, 2)[1].sum().to_type(ScalarType.Float32).item<float>());
        }

        ring.Dispose();
        Assert.Equal(0, count.Growth);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_numbers_of_the_images_come_along(bool uploads)
    {
        using var ring = new PixelRing(4, 2, "cpu", ScalarType.Float32, slots: 2, uploads);
        using var scope = NewDisposeScope();
        ring.Memory[1].Floats(2).Fill(5);
        (Tensor pixels, Tensor numbers) = ring.Take(1, [7, 0, 300_000_000]);
        Assert.Equal([3, 3, 2, 2], pixels.shape);
        Assert.Equal(60, pixels[2].sum().item<float>());
        Assert.Equal(ScalarType.Int64, numbers.dtype);
        Assert.Equal([7L, 0, 300_000_000], numbers.data<long>());
        Assert.Equal([3L, 1], ring.TakeNumbers(0, [3, 1]).data<long>());
    }

    [Fact]
    public void Uploaded_values_survive_the_refilling_of_the_slot()
    {
        using var count = new TensorCount();
        using (var ring = new PixelRing(2, 2, "cpu", ScalarType.Float32, slots: 1, uploads: true))
        {
            ring.Memory[0].Floats(0).Fill(1);
            using Tensor first = ring.Take(0, 2);
            ring.Await(0);
            ring.Memory[0].Floats(0).Fill(2);
            using Tensor second = ring.Take(0, 2);
            Assert.Equal(12, first[0].sum().item<float>());
            Assert.Equal(24, second[0].sum().item<float>());
            Assert.Equal([12, 1, 6, 3], first.stride());
        }
    }

    [Fact]
    public void Its_memory_is_bounded_and_has_one_type()
    {
        using var ring = new PixelRing(2, 4, "cpu", ScalarType.Float32);
        PixelMemory memory = ring.Memory[0];
        Assert.Equal(48, memory.Floats(1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Floats(2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Floats(-1).Length);
        Assert.Throws<InvalidOperationException>(() => memory.BFloat16s(0).Length);
        memory.Floats(1).Fill(1);
        memory.Clear();
        Assert.Equal(new float[48], memory.Floats(1).ToArray());
    }

    [Fact]
    public void Floats_are_rounded_as_by_the_tensor_library()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(0, Purpose.Sample);
        float[] values =
        [
            0, 1, -2.5f, 1.00390625f, 1.01171875f, 1e-40f, float.MaxValue,
            .. Enumerable.Range(0, 1000).Select(_ => (float)random.NextNormal()),
        ];
        ushort[] rounded = new ushort[values.Length];
        BFloat16.Round(values, rounded);
        float[] expected = [.. tensor(values).to_type(ScalarType.BFloat16).to_type(ScalarType.Float32).data<float>()];
        Assert.Equal(expected, rounded.Select(bits => BitConverter.UInt32BitsToSingle((uint)bits << 16)));
    }

    private static void Write(PixelMemory memory, int image, int at, float value)
    {
        if (memory.IsBFloat16)
        {
            memory.BFloat16s(image)[at] = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        }
        else
        {
            memory.Floats(image)[at] = value;
        }
    }
}
