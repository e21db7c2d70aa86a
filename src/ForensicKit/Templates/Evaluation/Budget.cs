using System.Globalization;
using System.Runtime.CompilerServices;

namespace ForensicKit.Templates.Evaluation;

/// <summary>What one rendering has left of its limits; everything that costs time or memory is asked for here before it is done.</summary>
internal sealed class Budget(TemplateLimits limits, CancellationToken cancellationToken)
{
    /// <summary>Most digits of a whole number, as in Python's conversion to text.</summary>
    public const int MaxIntegerBits = 14_300;

    private long _steps = limits.Steps;
    private long _characters = limits.Characters;
    private int _calls;

    /// <summary>Asks for <paramref name="count"/> steps.</summary>
    public void Step(long count = 1)
    {
        // One look at the token per 1024 steps or so keeps it cheap.
        if ((_steps & 0x3ff) < count)
            cancellationToken.ThrowIfCancellationRequested();
        if ((_steps -= count) < 0)
            throw TemplateException.Exceeded(string.Create(CultureInfo.InvariantCulture, $"The template takes more than {limits.Steps} steps."));
    }

    /// <summary>Asks for a new item of a list, which takes more memory than a step takes time.</summary>
    public void Item() => Step(4);

    /// <summary>Asks for <paramref name="count"/> characters of new text.</summary>
    public void Characters(long count)
    {
        Step();
        if (count < 0 || (_characters -= count) < 0)
            throw TemplateException.Exceeded(string.Create(CultureInfo.InvariantCulture, $"The template makes more than {limits.Characters} characters of text."));
    }

    /// <summary>Asks for the search of a text in a text.</summary>
    public void Search(int textLength, int soughtLength) => Step((textLength / 64) + ((long)textLength * soughtLength / 1024));

    /// <summary>Goes one call deeper.</summary>
    public void Enter()
    {
        if (++_calls > limits.Calls)
            throw TemplateException.Exceeded(string.Create(CultureInfo.InvariantCulture, $"The template calls itself more than {limits.Calls} deep."));
        EnsureStack();
    }

    /// <summary>Comes back from a call.</summary>
    public void Leave() => _calls--;

    /// <summary>Refuses to go deeper where the thread's stack is nearly used up: its overflow could not be caught.</summary>
    public static void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw TemplateException.Exceeded("The template is nested too deep.");
    }
}
