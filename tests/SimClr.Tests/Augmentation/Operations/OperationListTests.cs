using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Configuration;
using SimClr.Internals;

namespace SimClr.Tests.Augmentation;

public sealed class OperationListTests
{
    [Theory]
    [InlineData("crop", "[crop]")]
    [InlineData("crop,cutout", "[crop, cutout]")]
    [InlineData(" [ motion-blur , \"flip\" ] ", "[motion-blur, flip]")]
    [InlineData("[]", "[]")]
    [InlineData("none", "[]")]
    [InlineData("", "[]")]
    public void A_list_is_read_with_and_without_brackets(string text, string expected)
        => Assert.Equal(expected, OperationList.Parse(text).ToString());

    [Fact]
    public void Lists_are_equal_if_they_have_the_same_operations_in_the_same_order()
    {
        OperationList list = [ViewOperation.Crop, ViewOperation.Noise];
        Assert.Equal(OperationList.Parse("crop,noise"), list);
        Assert.Equal(OperationList.Parse("crop,noise").GetHashCode(), list.GetHashCode());
        Assert.NotEqual(OperationList.Parse("noise,crop"), list);
        Assert.NotEqual(OperationList.Parse("crop"), list);
        Assert.Equal([ViewOperation.Crop, ViewOperation.Noise], list.AsEnumerable());
    }

    [Theory]
    [InlineData("crop,cutuot", "got 'cutuot', expected one of crop, flip, ")]
    [InlineData("crop,cutuot", "(did you mean 'cutout'?)")]
    [InlineData("crop,flip,crop", "got crop 2 times, expected each operation at most once")]
    [InlineData("crop,,flip", "got '', expected one of")]
    public void A_mistake_in_a_list_is_named(string text, string expected)
        => Assert.Contains(
            expected,
            Assert.ThrowsAny<ArgumentException>(() => OperationList.Parse(text)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("", 0)]
    [InlineData("crop,blur", 2)]
    [InlineData("crop,flip,color,gray,blur", 5)]
    [InlineData("crop,color,flip", 2)]
    [InlineData("flip,crop", 1)]
    [InlineData("crop,cutout,blur", 1)]
    [InlineData("noise", 0)]
    public void The_beginning_in_the_papers_order_is_found(string list, int expected)
    {
        Assert.Equal(expected, OperationList.Parse(list).InPaperOrder);
        Assert.Equal(expected == OperationList.Parse(list).Count, OperationList.Parse(list).IsInPaperOrder);
    }

    [Fact]
    public void Every_assignment_file_and_record_gives_the_same_lists()
    {
        var expected = new ViewOptions
        {
            Operations = [ViewOperation.Crop, ViewOperation.Equalize],
            First = [],
            Second = [ViewOperation.Crop, ViewOperation.MotionBlur],
            SharedCrop = true,
            Policy = AutoAugmentPolicy.Cifar10,
        };
        PretrainOptions assigned = RunConfiguration.Resolve(
            new PretrainOptions(),
            assignments:
            [
                "views.operations=crop,equalize", "views.first=none", "views.second=[crop, motion-blur]",
                "views.shared_crop=true", "views.policy=cifar10",
            ]);
        Assert.Equal(expected, assigned.Views);
        Assert.Equal(assigned, RunConfiguration.FromJson(RunConfiguration.ToJson(assigned)));
        Assert.Equal(
            assigned,
            RunConfiguration.FromJson(JsonNode.Parse(
                """
                {"views": {"operations": ["crop", "equalize"], "first": [], "second": "crop,motion-blur",
                 "shared_crop": true, "policy": "cifar10"}}
                """)!.AsObject()));
        Assert.Equal(
            expected,
            JsonSerializer.Deserialize<ViewOptions>(JsonSerializer.Serialize(expected, Json.Compact), Json.Compact));
        Assert.Equal(
            ["views.operations", "views.first", "views.second", "views.shared_crop", "views.policy"],
            RunConfiguration.Differences(new PretrainOptions(), assigned).Select(difference => difference.Key));
        Assert.Equal(
            new ConfigurationDifference("views.second", "null", """["crop","motion-blur"]"""),
            RunConfiguration.Differences(new PretrainOptions(), assigned)[2]);
    }

    [Fact]
    public void A_record_without_the_keys_has_the_defaults()
    {
        JsonObject old = RunConfiguration.ToJson(new PretrainOptions());
        foreach (string key in new[] { "operations", "first", "second", "shared_crop", "cutout_size", "policy" })
        {
            Assert.True(old["views"]!.AsObject().Remove(key));
        }

        Assert.Equal(new PretrainOptions(), RunConfiguration.FromJson(old));
        Assert.Equal(OperationList.Paper, new ViewOptions().Operations);
    }

    [Theory]
    [InlineData("views.first=crop,croop", "'views.first' in the assignments: got 'croop'")]
    [InlineData("views.operations=null", "'views.operations' in the assignments: got nothing, expected names of")]
    [InlineData("views.second=3", "'views.second' in the assignments: got 3, expected names of operations")]
    public void A_mistake_in_a_key_is_named(string assignment, string expected)
        => Assert.Contains(
            expected,
            Assert.Throws<ConfigurationException>(
                () => RunConfiguration.Resolve(new PretrainOptions(), assignments: [assignment])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_branch_with_blur_needs_blur()
    {
        string message = Assert.Throws<ConfigurationException>(
            () => RunConfiguration.Resolve(
                Presets.Load("cifar10-small"), assignments: ["views.second=crop,blur"])).Message;
        Assert.Contains(
            "views.second is [crop, blur] and views.blur is false; set views.blur=true",
            message,
            StringComparison.Ordinal);
        RunConfiguration.Resolve(
            Presets.Load("cifar10-small"), assignments: ["views.second=crop,blur", "views.blur=true"]);
    }

    [Theory]
    [InlineData("views.operations=crop,cutout")]
    [InlineData("views.second=flip,crop")]
    [InlineData("views.shared_crop=true")]
    public void Views_on_the_device_refuse_what_they_cannot_render(string assignment)
    {
        string message = Assert.Throws<ConfigurationException>(
            () => RunConfiguration.Resolve(
                new PretrainOptions(), assignments: [assignment, "augment_on=device"])).Message;
        Assert.Contains("set augment_on to cpu", message, StringComparison.Ordinal);
        RunConfiguration.Resolve(
            new PretrainOptions(),
            assignments:
            [
                "views.operations=color", "views.first=none", "views.second=flip,blur", "views.shared_crop=true",
                "augment_on=device",
            ]);
    }
}
