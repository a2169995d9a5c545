using System.Text.Json;
using CsCheck;
using SimClr.Augmentation;
using SimClr.Internals;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Augmentation;

public sealed class DistortedBoundingBoxTests
{
    private const int Draws = 20_000;
    private const int Side = 4000;

    [Fact]
    public void Sizes_are_those_of_an_independent_implementation()
    {
        JsonElement[] cases = [.. GoldenFile.Read("tensorflow.json").GetProperty("sizes").EnumerateArray()];
        Assert.Equal(84, cases.Length);
        foreach (JsonElement golden in cases)
        {
            int width = golden.GetProperty("width").GetInt32();
            int height = golden.GetProperty("height").GetInt32();
            float aspect = (float)golden.GetProperty("aspect").GetDouble();
            DistortedBoundingBox.Areas areas = DistortedBoundingBox.Range(Options(golden), width, height);
            JsonElement[] sizes = [.. golden.GetProperty("sizes").EnumerateArray()];
            (int low, int high) = DistortedBoundingBox.Heights(width, height, aspect, areas);
            Assert.Equal((golden.GetProperty("low").GetInt32(), sizes.Length), (low, high - low + 1));
            for (int i = 0; i < sizes.Length; i++)
            {
                (int Width, int Height)? expected = sizes[i].ValueKind == JsonValueKind.Null
                    ? null
                    : (sizes[i][0].GetInt32(), sizes[i][1].GetInt32());
                Assert.Equal(expected, DistortedBoundingBox.Size(width, height, low + i, aspect, areas));
            }
        }
    }

    [Fact]
    public void Heights_are_uniform_so_that_areas_are_not_and_a_tenth_is_the_min()
    {
        // Squares: the side is uniform from √0.1, the min of the covered object, and not √0.08, to 1.
        Box[] boxes = Draw(new ViewOptions { AspectMin = 1, AspectMax = 1 }, Side, Side);
        RandomResizedCropTests.AssertUniform(
            [.. boxes.Select(box => (double)box.Height / Side)], Math.Sqrt(0.1), 1);
        Assert.All(boxes, box => Assert.Equal(box.Height, box.Width));
    }

    [Fact]
    public void The_aspect_ratio_is_uniform_and_not_its_logarithm()
    {
        Box[] boxes = Draw(new ViewOptions { AreaMin = 0.2, AreaMax = 0.7, AspectMin = 0.5, AspectMax = 1.4 }, Side, Side);
        RandomResizedCropTests.AssertUniform([.. boxes.Select(box => (double)box.Width / box.Height)], 0.5, 1.4);
        Assert.All(boxes, box => Assert.InRange((double)box.Width * box.Height / Side / Side, 0.1999, 0.7001));
    }

    [Fact]
    public void Places_are_uniform_but_the_last_is_never_drawn()
    {
        Box[] boxes = Draw(new ViewOptions { AreaMin = 0.2, AreaMax = 0.5 }, Side, Side);
        RandomResizedCropTests.AssertUniform([.. boxes.Select(b => b.Top / (double)(Side - b.Height))], 0, 1);
        RandomResizedCropTests.AssertUniform([.. boxes.Select(b => b.Left / (double)(Side - b.Width))], 0, 1);
        Box[] small = Draw(new ViewOptions { AreaMin = 0.25, AreaMax = 0.25, AspectMin = 1, AspectMax = 1 }, 4, 4);
        Assert.Equal([0, 1], small.Select(box => box.Left).Distinct().Order());
    }

    [Theory]
    [InlineData(600, 10)]
    [InlineData(1, 500)]
    public void After_a_hundred_boxes_that_do_not_fit_the_whole_image_is_taken(int width, int height)
        => Assert.All(
            Draw(new ViewOptions { AreaMin = 0.5 }, width, height).Take(100),
            box => Assert.Equal(new Box(0, 0, height, width), box));

    [Fact]
    public void Boxes_lie_within_images_of_every_shape_and_do_not_depend_on_the_order_of_drawing()
        => Gen.Select(Gen.Int[1, 600], Gen.Int[1, 600], Gen.Double[0.1, 1], Gen.Int[0, 1000])
            .Sample((width, height, area, seed) =>
            {
                var options = new ViewOptions { AreaMin = 1e-4, AreaMax = area };
                Box box = Draw(options, width, height, seed);
                Assert.True(box.Height > 0 && box.Width > 0, $"{box}");
                Assert.True(
                    box.Top >= 0 && box.Left >= 0 && box.Top + box.Height <= height && box.Left + box.Width <= width,
                    $"{box}");
                Assert.Equal(box, Draw(options, width, height, seed));
            }, iter: 2000);

    private static ViewOptions Options(JsonElement golden) => new()
    {
        AreaMin = golden.GetProperty("area_min").GetDouble(),
        AreaMax = golden.GetProperty("area_max").GetDouble(),
    };

    private static Box[] Draw(ViewOptions options, int width, int height)
        => [.. Enumerable.Range(0, Draws).Select(seed => Draw(options, width, height, seed))];

    private static Box Draw(ViewOptions options, int width, int height, int seed)
    {
        var stream = new RandomStream(seed, Purpose.View);
        return DistortedBoundingBox.Draw(options, width, height, ref stream);
    }
}
