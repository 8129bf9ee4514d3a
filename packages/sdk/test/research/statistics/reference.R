# SPDX-License-Identifier: GPL-3.0-or-later
#
# What R gives for the statistics of packages/sdk/src/research/statistics. Base R, no packages:
#
#   Rscript reference.R > reference.json

# The fewest digits that give the same double, and exponents as JSON formatters write them.
number <- function(x) {
  texts <- sprintf(c("%.15g", "%.16g", "%.17g"), x)
  sub("e([+-])0", "e\\1", texts[as.numeric(texts) == x][1])
}
# Sums are exact up to 2^53, and strings so that JSON keeps them.
integer <- function(x) { stopifnot(x == round(x), abs(x) < 2^53); sprintf("\"%.0f\"", x) }
text <- function(x) sprintf("\"%s\"", x)

lists <- list()
add <- function(list, ...) {
  fields <- c(...)
  each <- sprintf("\"%s\": %s", names(fields), fields)
  line <- paste0("    { ", paste(each, collapse = ", "), " }")
  if (nchar(line) > 138) line <- paste0("    {\n", paste0("      ", each, collapse = ",\n"), "\n    }")
  lists[[list]] <<- c(lists[[list]], line)
}

# The minimal standard generator of Park and Miller: the same codes in every version of R.
codes <- function(n, seed, least, most) {
  x <- numeric(n)
  for (i in seq_len(n)) { seed <- (seed * 16807) %% 2147483647; x[i] <- seed }
  least + floor(x / 2147483647 * (most - least + 1))
}
scaled <- function(code, scale) scale[1] + (code - 1) * scale[2]
prefixed <- function(prefix, names) if (prefix == "") names else paste0(prefix, toupper(substr(names, 1, 1)), substring(names, 2))
moments <- function(prefix, x) {
  setNames(c(integer(length(x)), integer(sum(x)), integer(sum(x^2))), prefixed(prefix, c("n", "sum", "squares")))
}
scaleOf <- function(prefix, scale) setNames(c(number(scale[1]), number(scale[2])), prefixed(prefix, c("minimum", "step")))

# Groups

million <- codes(1e6, 1, 1, 4095)
groups <- list(
  list("sleep, both drugs", round((sleep$extra + 1.6) * 10) + 1, c(-1.6, 0.1)),
  list("morley, speed of light", (morley$Speed - 620) / 10 + 1, c(620, 10)),
  list("faithful, waiting", faithful$waiting - 42, c(43, 1)),
  list("two neighbours", c(1, 2), c(40, 1)),
  list("two ends", c(1, 4095), c(0, 0.01)),
  list("three", c(1, 1, 2), c(-10, 0.5)),
  list("all but one equal", c(rep(100, 999), 101), c(1, 1)),
  list("random 30", codes(30, 7, 1, 361), c(40, 1)),
  list("random 1,000", codes(1000, 8, 200, 250), c(0.1, 0.1)),
  list("a million", million, c(0, 1)),
  list("a million of two codes", codes(1e6, 3, 4094, 4095), c(0, 1))
)
for (g in groups) for (level in c(0.95, 0.99, 0.4, 0.999999)) {
  x <- scaled(g[[2]], g[[3]]); n <- length(x)
  t <- t.test(x, conf.level = level)
  v <- var(x); tail <- (1 - level) / 2
  add("groups", name = text(g[[1]]), moments("", g[[2]]), scaleOf("", g[[3]]), level = number(level),
    mean = number(mean(x)), standardError = number(t$stderr), df = number(t$parameter[[1]]),
    meanLow = number(t$conf.int[1]), meanHigh = number(t$conf.int[2]),
    variance = number(v), standardDeviation = number(sd(x)),
    varianceLow = number((n - 1) * v / qchisq(tail, n - 1, lower.tail = FALSE)),
    varianceHigh = number((n - 1) * v / qchisq(tail, n - 1)))
}

# Two groups

extra <- round((sleep$extra + 1.6) * 10) + 1
twos <- list(
  list("sleep", extra[sleep$group == 1], extra[sleep$group == 2], c(-1.6, 0.1)),
  list("two and two", c(1, 2), c(5, 9), c(0, 1)),
  list("two and a hundred", c(10, 400), codes(100, 11, 150, 250), c(40, 1)),
  list("one constant", rep(7, 12), codes(9, 12, 1, 30), c(40, 1)),
  list("equal", c(1, 2, 3, 4), c(4, 3, 2, 1), c(0, 1)),
  list("far apart", codes(500, 13, 1, 50), codes(400, 14, 60, 200), c(40, 1)),
  list("unequal variances", codes(300, 15, 100, 110), codes(20, 16, 1, 400), c(2, 0.1)),
  list("a million and a thousand", million, codes(1000, 17, 1, 4095), c(0, 1)),
  list("two millions", million, codes(1e6, 18, 3, 4095), c(0, 1))
)
for (g in twos) for (level in c(0.95, 0.9)) {
  t <- t.test(scaled(g[[2]], g[[4]]), scaled(g[[3]], g[[4]]), conf.level = level)
  add("twoGroups", name = text(g[[1]]), moments("a", g[[2]]), moments("b", g[[3]]), scaleOf("", g[[4]]), level = number(level),
    difference = number(t$estimate[[1]] - t$estimate[[2]]), standardError = number(t$stderr),
    low = number(t$conf.int[1]), high = number(t$conf.int[2]),
    t = number(t$statistic[[1]]), df = number(t$parameter[[1]]), pValue = number(t$p.value))
}

# Proportions

shares <- list(
  c(0, 1), c(1, 1), c(0, 2), c(1, 2), c(2, 2), c(0, 20), c(20, 20), c(1, 29), c(15, 148), c(81, 263), c(5, 10), c(49, 100),
  c(0, 1e6), c(1, 1e6), c(123456, 1e6), c(999999, 1e6), c(1e6, 1e6)
)
wilson <- function(of, n, level) suppressWarnings(prop.test(of, n, conf.level = level, correct = FALSE)$conf.int)
for (s in shares) for (level in c(0.95, 0.99, 0.5)) {
  i <- wilson(s[1], s[2], level)
  add("proportions", of = integer(s[1]), n = integer(s[2]), level = number(level), low = number(i[1]), high = number(i[2]))
}

# Tables: outcomes and records of a, then of b

tables <- list(
  c(3, 4, 1, 4), c(56, 70, 48, 80), c(9, 10, 3, 10), c(6, 7, 2, 7), c(5, 56, 0, 29), c(0, 10, 0, 20), c(10, 10, 0, 20),
  c(10, 10, 0, 10), c(1, 1, 0, 1), c(1, 2, 1, 2), c(2, 2, 1, 2), c(1, 20, 19, 20), c(12, 30, 12, 30), c(7, 12, 5, 17),
  c(189, 11034, 104, 11037), c(1, 1e6, 0, 1e6), c(0, 1e6, 9, 1e3), c(500000, 1e6, 501000, 1e6), c(1e6, 1e6, 999990, 1e6),
  c(300, 1e6, 4, 1000), c(40, 400, 200, 400), c(250000, 1e6, 760000, 1e6 + 3)
)
for (s in tables) {
  a <- s[1]; b <- s[3]; others <- c(s[2] - a, s[4] - b)
  p <- a / s[2]; q <- b / s[4]
  table <- matrix(c(a, others[1], b, others[2]), 2)
  i <- wilson(a, s[2], 0.95); j <- wilson(b, s[4], 0.95)
  fisher <- fisher.test(table, conf.int = FALSE)
  fields <- c(aOf = integer(a), aN = integer(s[2]), bOf = integer(b), bN = integer(s[4]),
    difference = number(p - q),
    low = number(p - q - sqrt((p - i[1])^2 + (j[2] - q)^2)), high = number(p - q + sqrt((i[2] - p)^2 + (q - j[1])^2)),
    fisherP = number(fisher$p.value))
  if (a + b > 0 && sum(others) > 0) {
    test <- suppressWarnings(prop.test(c(a, b), c(s[2], s[4]), correct = FALSE))
    fields <- c(fields, chiSquare = number(test$statistic[[1]]), zP = number(test$p.value),
      leastExpected = number(min(suppressWarnings(chisq.test(table))$expected)))
  }
  if (all(c(a, b, others) > 0)) {
    log <- log(a / others[1]) - log(b / others[2])
    error <- sqrt(sum(1 / c(a, b, others)))
    fields <- c(fields, oddsRatio = number(exp(log)),
      oddsLow = number(exp(log - qnorm(0.975) * error)), oddsHigh = number(exp(log + qnorm(0.975) * error)))
  }
  add("tables", fields)
}

# Pairs: v, u, and their scales

line <- 1:1000
a <- anscombe
hundredths <- function(x) round((x - 3) * 100)
noise <- codes(1e6, 21, 1, 2000)
pairs <- list(
  list("cars", cars$dist, cars$speed, c(1, 1), c(1, 1)),
  list("anscombe 1", hundredths(a$y1), a$x1, c(3.01, 0.01), c(1, 1)),
  list("anscombe 2", hundredths(a$y2), a$x2, c(3.01, 0.01), c(1, 1)),
  list("anscombe 3", hundredths(a$y3), a$x3, c(3.01, 0.01), c(1, 1)),
  list("anscombe 4", hundredths(a$y4), a$x4, c(3.01, 0.01), c(1, 1)),
  list("four", c(1, 3, 2, 5), c(1, 2, 3, 4), c(0, 1), c(10, 0.5)),
  list("no correlation", c(1, 2, 1, 2, 1, 2, 1, 2), c(1, 1, 2, 2, 3, 3, 4, 4), c(0, 1), c(0, 1)),
  list("nearly a line", c(line[-1000], 900), line, c(40, 1), c(0, 1)),
  list("falling", 2001 - 2 * line + codes(1000, 22, 1, 300), line, c(40, 1), c(-5, 0.1)),
  list("a million, weak", noise, codes(1e6, 23, 1, 4095), c(0, 1), c(40, 1)),
  list("a million, strong", noise + codes(1e6, 24, 1, 2000), noise, c(0, 0.1), c(40, 1))
)
for (g in pairs) for (level in c(0.95, 0.8)) {
  v <- scaled(g[[2]], g[[4]]); u <- scaled(g[[3]], g[[5]])
  test <- cor.test(u, v, conf.level = level)
  fit <- lm(v ~ u); s <- summary(fit); ci <- confint(fit, level = level)
  row <- function(i, prefix) setNames(
    vapply(c(s$coefficients[i, ], ci[i, ]), number, ""), paste0(prefix, c("", "Error", "T", "P", "Low", "High")))
  m <- c(n = integer(length(u)), v = integer(sum(g[[2]])), vv = integer(sum(g[[2]]^2)),
    u = integer(sum(g[[3]])), uu = integer(sum(g[[3]]^2)), uv = integer(sum(g[[2]] * g[[3]])))
  add("pairs", name = text(g[[1]]), m, scaleOf("v", g[[4]]), scaleOf("u", g[[5]]), level = number(level),
    r = number(test$estimate[[1]]), rLow = number(test$conf.int[1]), rHigh = number(test$conf.int[2]),
    rT = number(test$statistic[[1]]), rP = number(test$p.value),
    row(1, "intercept"), row(2, "slope"), rSquared = number(s$r.squared), residual = number(s$sigma))
}

# Distributions

levels <- c(0.2, 0.5, 0.9, 0.95, 0.99, 0.9998, 0.999999, 1 - 2^-39)
for (df in c(1, 1.5, 2, 3, 4.25, 10, 17.776, 29, 30, 33.3, 100, 1000, 12345.6, 999998, 1e9)) {
  for (t in c(1e-8, 0.001, 0.5, 1, 1.7320508, 1.7320509, 2, 3, 6, 12, 20, 30)) {
    p <- 2 * pt(t, df, lower.tail = FALSE)
    add("studentT", df = number(df), t = number(t), above = number(p))
  }
  for (level in levels)
    add("criticalT", df = number(df), level = number(level), t = number(qt((1 - level) / 2, df, lower.tail = FALSE)))
}
for (z in c(1e-8, 0.001, 0.5, 1, 1.7320508, 1.7320509, 1.96, 3, 6, 12, 20, 30, 37))
  add("normal", z = number(z), pValue = number(2 * pnorm(z, lower.tail = FALSE)))
for (level in levels)
  add("criticalZ", level = number(level), z = number(qnorm((1 - level) / 2, lower.tail = FALSE)))
for (df in c(1, 2, 3, 9, 31, 32, 33, 100, 1000, 999999, 1e9))
  for (tail in c(0.5, 0.3, 0.025, 0.005, 5e-7, 2^-40))
    add("criticalChiSquare", df = number(df), tail = number(tail),
      below = number(qchisq(tail, df)), above = number(qchisq(tail, df, lower.tail = FALSE)))

cat("{\n")
cat(sprintf("  \"madeBy\": \"Rscript reference.R, %s\",\n", R.version.string))
all <- vapply(names(lists), function(name) sprintf("  \"%s\": [\n%s\n  ]", name, paste(lists[[name]], collapse = ",\n")), "")
cat(paste(all, collapse = ",\n"), "\n}\n", sep = "")
