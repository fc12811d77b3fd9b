package io.wideevents.toolbox.chart;

import java.util.Locale;

/** A drawing on a white ground, readable on light and on dark pages. Used by one thread. */
public final class Svg {
  /** The colour of text. */
  public static final String INK = "#1f2328";

  /** The colour of text of less importance. */
  public static final String FAINT = "#59636e";

  private static final String GRID = "#d0d7de";

  private final StringBuilder elements = new StringBuilder();
  private final int width;
  private final int height;
  private final String title;

  /**
   * @param title for readers who do not see the drawing
   */
  public Svg(int width, int height, String title) {
    this.width = width;
    this.height = height;
    this.title = title;
  }

  /** Where a text is, seen from its position. */
  public enum Anchor {
    START,
    MIDDLE,
    END
  }

  /** Draws a filled rectangle. */
  public void rect(double x, double y, double width, double height, String fill, double opacity) {
    elements.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\""
                + " fill-opacity=\"%.2f\"/>%n",
            x,
            y,
            width,
            height,
            fill,
            opacity));
  }

  /** Draws a line of the grid. */
  public void line(double x1, double y1, double x2, double y2) {
    elements.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
            x1,
            x2,
            y1,
            y2,
            GRID));
  }

  /** Writes text. */
  public void text(double x, double y, Anchor anchor, String colour, String text) {
    elements.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
            x,
            y,
            anchor.name().toLowerCase(Locale.ROOT),
            colour,
            escape(text)));
  }

  /** The drawing as a file. */
  public String file() {
    return String.format(
            Locale.ROOT,
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" \
            viewBox="0 0 %1$d %2$d" font-family="system-ui, sans-serif" font-size="12" role="img">
            <title>%3$s</title>
            <rect width="%1$d" height="%2$d" rx="6" fill="#ffffff"/>
            """,
            width,
            height,
            escape(title))
        + elements
        + "</svg>\n";
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
