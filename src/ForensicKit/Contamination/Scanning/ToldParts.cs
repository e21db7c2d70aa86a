using System.Text;

namespace ForensicKit.Contamination.Scanning;

/// <summary>
/// Which of an item's question and answer stand at a place. A solution is told in its question's words, and a right choice stands among wrong ones, so each word
/// of the text counts once: the answer is told where it is found in what the question leaves, and the right choice where it is found in what the list of choices leaves.
/// </summary>
internal sealed class ToldParts(PlaceComparison comparison, WordTable table)
{
    // What was edited counts as told from this share of its nats on; of a choice at least so many nats: a word or two stand in many texts.
    private const double Told = 0.5;
    private const double LeastNats = 6;

    // A part stands there twice where its own words do, if they are worth so many nats.
    private const double LeastOwn = 10;

    // Words around a place that are looked at: 1.3 times those that are wanted, and some more behind it.
    private const double Wider = 1.3;
    private const int More = 20;

    /// <summary>What stands there, and the shares of it.</summary>
    /// <param name="entry">The item.</param>
    /// <param name="agreement">How it agrees, and where.</param>
    /// <param name="text">Words of the text.</param>
    /// <returns>The kind, and the shares of the nats of question, answer and all choices: of the part that the place was found by all that stands there, of the other what stands there besides.</returns>
    public (LeakKind Kind, (double Question, double Answer, double Choices) Shares) Of(ScanEntry entry, in Agreement agreement, ReadOnlySpan<int> text)
    {
        var (unit, q, a, n) = (agreement.Unit, entry.QuestionWords, entry.AnswerWords, entry.Words.Length);
        var place = text[agreement.Start..agreement.End];
        if (unit == ScanUnit.Answer)
        {
            var question = Besides(entry, agreement, text, 0..q, q..(q + a));
            return (question >= Told ? LeakKind.QuestionAndAnswer : LeakKind.AnswerOnly, (question, comparison.Share(entry, unit, q, q + a, place), 0));
        }

        var behind = text[agreement.Start..HitClassification.Behind(entry, agreement, text.Length)];
        var hasChoices = n > q + a;
        var answer = Besides(entry, agreement, text, q..(q + a), 0..q);
        var isTold = hasChoices ? IsToldAmongChoices(entry, unit, behind, place.Length) : answer >= Told;
        return (
            isTold ? LeakKind.QuestionAndAnswer : LeakKind.QuestionOnly,
            (comparison.Share(entry, unit, 0, q, place), answer, hasChoices ? comparison.Share(entry, unit, q + a, n, behind) : 0));
    }

    // Share of the nats of one part that stand in or near the place besides the other part. Where both are in the place it is not known which of a word's
    // places are the other's: the first ones, or the last.
    private double Besides(ScanEntry entry, in Agreement agreement, ReadOnlySpan<int> text, Range wanted, Range other)
    {
        var around = (int)(Wider * (wanted.End.Value - wanted.Start.Value));
        var from = Math.Max(0, agreement.Start - around);
        var near = text[from..Math.Min(text.Length, agreement.End + around + More)];
        var place = (agreement.Start - from)..(agreement.End - from);
        var (unit, others, own) = (agreement.Unit, entry.Words[other], Own(entry, agreement.Unit, other, entry.Words.AsSpan(wanted)));
        return Math.Max(ShareIn(Without(near, place, others, fromEnd: false)), ShareIn(Without(near, place, others, fromEnd: true)));

        double ShareIn(int[] left)
        {
            // The other part may stand there twice.
            if (own.Sum() >= LeastOwn && comparison.Share(others.AsSpan(0, own.Length), own, left) >= Told)
                left = Without(left, .., others, fromEnd: false);
            return comparison.Share(entry, unit, wanted.Start.Value, wanted.End.Value, left);
        }
    }

    // What the words of a part are worth that the other part has not.
    private static float[] Own(ScanEntry entry, ScanUnit unit, Range part, ReadOnlySpan<int> others)
    {
        var (start, count) = (part.Start.Value, Math.Min(part.End.Value - part.Start.Value, ScanEntry.MostWords));
        var own = entry.WeightsOf(unit).AsSpan(start, count).ToArray();
        for (var i = 0; i < count; i++)
        {
            if (others.Contains(entry.Words[start + i]))
                own[i] = 0;
        }

        return own;
    }

    // Beside its rivals the right choice gives nothing away, unless its letter is pointed at or it is named once more than any of them.
    private bool IsToldAmongChoices(ScanEntry entry, ScanUnit unit, ReadOnlySpan<int> text, int place)
    {
        if (entry.Item.Fields.FirstOrDefault(f => f.Role == ScanRole.AnswerKey) is { } key && PointsAt(text, WordsOf(key.Text)))
            return true;
        var choices = ChoicesOf(entry, unit);
        if (choices.Find(c => c.IsRight) is not { } answer)
            return false;
        var others = choices.FindAll(c => !c.IsRight);
        var rest = Without(text, ..place, entry.Words.AsSpan(0, entry.QuestionWords), fromEnd: false);
        if (AreListed(others, answer, rest))
            rest = Without(rest, .., [.. choices.SelectMany(c => c.Words)], fromEnd: false);
        var named = Times(choices, answer, rest);
        var most = others.Select(c => Times(choices, c, rest)).DefaultIfEmpty().Max();
        if (named > 0 || most > 0)
            return named > most;
        return Share(answer, rest) is var share && share >= Told && share * answer.Weights.Sum() >= LeastNats && others.TrueForAll(c => IsRather(answer, c, rest));
    }

    // Whether the wrong choices stand there besides the right one. They are taken together: by itself one may be of a word or two, and lost.
    private bool AreListed(List<Choice> others, Choice answer, int[] text)
    {
        var all = new Choice([.. others.SelectMany(c => c.Words)], [.. others.SelectMany(c => c.Weights)], IsRight: false);
        return Share(all, Without(text, .., answer.Words, fromEnd: false)) >= Told;
    }

    // Whether the right choice stands there, edited, rather than a wrong one: by what each has that the other has not.
    private bool IsRather(Choice answer, Choice wrong, int[] text) =>
        Share(answer.Besides(wrong), text) is var right && right >= Told && right > Share(wrong.Besides(answer), text);

    private double Share(Choice choice, int[] text)
    {
        var count = Math.Min(choice.Words.Length, ScanEntry.MostWords);
        return comparison.Share(choice.Words.AsSpan(0, count), choice.Weights.AsSpan(0, count), text);
    }

    // How often a choice stands in a text word for word; what is part of a longer one does not count.
    private static int Times(List<Choice> choices, Choice choice, int[] text)
    {
        var left = text.ToArray();
        foreach (var longer in choices.Where(c => c.Words.Length > choice.Words.Length))
            TakeOut(longer.Words, left);
        return TakeOut(choice.Words, left);
    }

    private static int TakeOut(int[] phrase, int[] text)
    {
        var times = 0;
        for (var at = 0; text.AsSpan(at).IndexOf(phrase) is >= 0 and var next; at += next + phrase.Length, times++)
            text.AsSpan(at + next, phrase.Length).Fill(WordList.Unknown);
        return times;
    }

    // The words without others, each as often as it is among these; they are looked for in a part of the text.
    private static int[] Without(ReadOnlySpan<int> text, Range part, ReadOnlySpan<int> others, bool fromEnd)
    {
        var counts = new Dictionary<int, int>();
        foreach (var word in others)
            counts[word] = counts.GetValueOrDefault(word) + 1;
        var left = text.ToArray();
        var looked = left.AsSpan(part);
        for (var i = 0; i < looked.Length; i++)
        {
            ref var word = ref looked[fromEnd ? looked.Length - 1 - i : i];
            if (counts.TryGetValue(word, out var count) && count > 0)
                (counts[word], word) = (count - 1, WordList.Unknown);
        }

        return left;
    }

    private List<Choice> ChoicesOf(ScanEntry entry, ScanUnit unit)
    {
        var choices = new List<Choice>();
        var right = ItemTexts.Answer(entry.Item);
        var at = entry.QuestionWords + entry.AnswerWords;
        foreach (var text in ItemTexts.Choices(entry.Item))
        {
            var words = WordsOf(text);
            // Of signs alone nothing is left to look for.
            if (words.Length > 0)
                choices.Add(new(words, entry.WeightsOf(unit)[at..(at + words.Length)], text == right));
            at += words.Length;
        }

        return choices;
    }

    // The first letter that is pointed at: the next question's answer may follow.
    private bool PointsAt(ReadOnlySpan<int> words, int[] key)
    {
        if (key.Length != 2)
            return false;
        var letters = WordsOf("A B C D E F G H I J");
        for (var i = 0; i + 1 < words.Length; i++)
        {
            if (words[i] == key[0] && (words[i + 1] == key[1] || (words[i + 1] != WordList.Unknown && letters.Contains(words[i + 1]))))
                return words[i + 1] == key[1];
        }

        return false;
    }

    private int[] WordsOf(string text)
    {
        var words = new WordList();
        WordReader.Read(Encoding.UTF8.GetBytes(text), table, adds: false, words);
        return [.. words.Ids];
    }

    private sealed record Choice(int[] Words, float[] Weights, bool IsRight)
    {
        // What another has not, word by word.
        public Choice Besides(Choice other)
        {
            var left = Without(Words, .., other.Words, fromEnd: false);
            var own = Enumerable.Range(0, left.Length).Where(i => left[i] != WordList.Unknown).ToArray();
            return new([.. own.Select(i => Words[i])], [.. own.Select(i => Weights[i])], IsRight);
        }
    }
}
