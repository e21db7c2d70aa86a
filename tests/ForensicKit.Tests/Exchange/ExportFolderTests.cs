using ForensicKit.Exchange;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Exchange;

public sealed class ExportFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gsm8k", "gsm8k")]
    [InlineData("org/model v1.5", "org__model__v1.5")]
    [InlineData("../../etc/passwd", "__..__etc__passwd")]
    [InlineData("..", "__")]
    [InlineData(".hidden", "hidden")]
    [InlineData("", "__")]
    [InlineData("a\0b\u2028c:d\\e", "a__b__c__d__e")]
    [InlineData("größe", "größe")]
    [InlineData("\ud800x", "__x")]
    public void No_name_leads_out_of_the_folder(string name, string expected) => Assert.Equal(expected, ExportFolder.Safe(name));

    [Fact]
    public void Long_names_stay_apart_and_short()
    {
        var (a, b) = (ExportFolder.Safe(new string('a', 5000) + "b"), ExportFolder.Safe(new string('a', 5000) + "c"));
        Assert.NotEqual(a, b);
        Assert.Equal((120, 120), (a.Length, b.Length));
    }

    [Fact]
    public void Names_that_fall_together_are_refused()
    {
        var folder = new ExportFolder(_folder["out"]);
        folder.Text("a/b.json", "1");
        Assert.Throws<KitException>(() => folder.Text("a/B.json", "2"));
    }

    [Fact]
    public void A_folder_with_files_is_refused()
    {
        Directory.CreateDirectory(_folder["full"]);
        File.WriteAllText(_folder["full", "x"], "");
        Assert.Throws<KitException>(() => new ExportFolder(_folder["full"]));
    }

    [Fact]
    public void An_export_that_is_stopped_leaves_no_file()
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new ExportFolder(_folder["stopped"]).Lines("a.jsonl", Lines(), stop.Token));
        Assert.Empty(Directory.GetFiles(_folder["stopped"]));

        IEnumerable<string> Lines()
        {
            yield return "{}";
            stop.Cancel();
            yield return "{}";
        }
    }

    [Fact]
    public void The_same_run_has_the_same_uuid_in_the_form_of_version_4()
    {
        Assert.Equal(ExportFolder.Uuid("a"), ExportFolder.Uuid("a"));
        Assert.NotEqual(ExportFolder.Uuid("a"), ExportFolder.Uuid("b"));
        for (var i = 0; i < 100; i++)
            Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", ExportFolder.Uuid(i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }
}
