using System.Globalization;
using System.Text;
using CsCheck;
using ForensicKit.Reporting;

namespace ForensicKit.Tests.Reporting;

public class FigureCsvTests
{
    [Fact]
    public void Numbers_and_text_read_back_exactly()
    {
        var text = Gen.String[Gen.Char["abc,\"\r\n '=+-@\t＝é"], 0, 12];
        Gen.Select(Gen.Double, Gen.Long, text, Gen.Bool).Array[0, 8].Sample(rows =>
        {
            var data = new FigureData(
                [new("score", "%"), new("n", "items"), new("label"), new("maybe")],
                [.. rows.Select(r => (IReadOnlyList<FigureCell>)[(double?)r.Item1, (long?)r.Item2, r.Item3, r.Item4 ? (double?)1.5 : FigureCell.Empty])]);
            var read = Read(FigureCsv.Write(data));
            Assert.Equal(["score [%]", "n [items]", "label", "maybe"], read[0]);
            Assert.Equal(rows.Length, read.Count - 1);
            foreach (var (row, cells) in rows.Zip(read.Skip(1)))
            {
                Assert.Equal(row.Item1, double.Parse(cells[0], CultureInfo.InvariantCulture));
                Assert.Equal(row.Item2, long.Parse(cells[1], CultureInfo.InvariantCulture));
                Assert.Equal(row.Item3, cells[2].StartsWith('\'') ? cells[2][1..] : cells[2]);
                Assert.Equal(row.Item4 ? "1.5" : "", cells[3]);
            }
        });
    }

    [Theory]
    [InlineData("=cmd|' /C calc'!A0")]
    [InlineData("+1")]
    [InlineData("-1+1")]
    [InlineData("@SUM(1)")]
    [InlineData("\t=1")]
    [InlineData("  =1")]
    [InlineData("＝1")]
    public void No_text_runs_as_a_formula(string text)
    {
        var cell = Read(FigureCsv.Write(new([new("label")], [[text]])))[1][0];
        Assert.Equal("'" + text, cell);
    }

    [Fact]
    public void Negative_numbers_stay_numbers() => Assert.Equal("v\r\n-1.5\r\n", FigureCsv.Write(new([new("v")], [[(double?)-1.5]])));

    [Fact]
    public void The_claims_keep_full_precision()
    {
        var csv = FigureCsv.Write(ForestPlot.Create(
            SampleFigures.Identity("fig-x"), "Score", "%", [new("MMLU", new(82.5), new(100 * 10405 / 14042.0, 73.37, 74.82), N: 14042, Verdict: Findings.Verdict.Refuted)]).Data);
        Assert.Equal(
            "benchmark,claimed [%],claimed low [%],claimed high [%],reproduced [%],reproduced low [%],reproduced high [%],reference [%],reference low [%],reference high [%],n [items],verdict\r\n"
            + "MMLU,82.5,,,74.0991311779,73.37,74.82,,,,14042,Refuted\r\n".Replace("74.0991311779", (100 * 10405 / 14042.0).ToString("R", CultureInfo.InvariantCulture), StringComparison.Ordinal),
            csv);
    }

    [Fact]
    public void Rows_must_fit_the_columns()
    {
        Assert.Throws<ArgumentException>(() => new FigureData([new("a"), new("b")], [["x"]]));
        Assert.Throws<ArgumentException>(() => new FigureData([new("a"), new("a")], []));
        Assert.Throws<ArgumentException>(() => new FigureData([], []));
    }

    // RFC 4180, section 2.
    private static List<List<string>> Read(string csv)
    {
        var (rows, row, field, quoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < csv.Length; i++)
        {
            var c = csv[i];
            if (quoted)
            {
                if (c != '"')
                    field.Append(c);
                else if (i + 1 < csv.Length && csv[i + 1] == '"')
                    field.Append(csv[i++]);
                else
                    quoted = false;
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else if (c is ',' or '\r')
            {
                row.Add(field.ToString());
                field.Clear();
                if (c != '\r')
                    continue;
                rows.Add(row);
                row = [];
                Assert.Equal('\n', csv[++i]);
            }
            else
            {
                field.Append(c);
            }
        }

        Assert.Empty(row);
        return rows;
    }
}
