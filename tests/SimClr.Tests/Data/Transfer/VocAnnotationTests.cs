using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class VocAnnotationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Objects_have_a_name_and_may_be_difficult()
    {
        List<(string Name, bool Difficult)> objects = Read("""
            <annotation>
              <source><name>not an object</name></source>
              <object><name>person</name><difficult>0</difficult><bndbox><xmin>1</xmin></bndbox>
                <part><name>head</name><difficult>1</difficult></part></object>
              <object><difficult>1</difficult><name> dog </name></object>
              <object><name>cat</name></object>
            </annotation>
            """);
        Assert.Equal([("person", false), ("dog", true), ("cat", false)], objects);
    }

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY e \"dog\">]><annotation><object><name>&e;</name></object></annotation>", "DTD")]
    [InlineData("<!DOCTYPE a SYSTEM \"http://127.0.0.1/a.dtd\"><annotation/>", "DTD")]
    [InlineData("<annotation><object><name>dog</object></annotation>", "cannot be read as an annotation")]
    [InlineData("<annotation><object><name>dog</name>", "cannot be read as an annotation")]
    [InlineData("", "cannot be read as an annotation")]
    [InlineData("<html/>", "got the element 'html', expected 'annotation'")]
    [InlineData("<annotation><object><pose>Left</pose></object></annotation>", "an object has no name")]
    [InlineData(
        "<annotation><object><name>dog</name><difficult>perhaps</difficult></object></annotation>",
        "got difficult 'perhaps', expected 0 or 1")]
    public void A_file_that_is_not_an_annotation_is_refused(string xml, string expected)
    {
        string message = Assert.Throws<DataException>(() => Read(xml)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("a.xml", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_of_any_length_is_not_read_to_its_end()
        => Assert.Contains(
            "cannot be read",
            Assert.Throws<DataException>(() => Read($"<annotation>{new string(' ', 3_000_000)}</annotation>")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_named()
        => Assert.Contains(
            "b.xml",
            Assert.Throws<DataException>(() => VocAnnotation.Read(folder.PathOf("b.xml"))).Message,
            StringComparison.Ordinal);

    private List<(string Name, bool Difficult)> Read(string xml) => VocAnnotation.Read(folder.Write("a.xml", xml));
}
