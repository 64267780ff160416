#include "sense/robust.h"

/* Hoare's selection: value[k] is what it would be after sorting. */
static float select_kth(float *value, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;

    while (low < high) {
        float pivot = value[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            float swap;
            while (value[i] < pivot)
                i++;
            while (pivot < value[j])
                j--;
            if (i >= j)
                break;
            swap = value[i];
            value[i++] = value[j];
            value[j--] = swap;
        }
        /* [low, j] <= pivot <= [j + 1, high] when i == j + 1, or i == j at the pivot */
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return value[k];
}

float vaho_median(float *value, size_t n)
{
    float upper = select_kth(value, n, n / 2), lower;

    if (n % 2 == 1)
        return upper;
    lower = value[0];
    for (size_t i = 1; i < n / 2; i++)
        lower = value[i] > lower ? value[i] : lower;
    return 0.5f * (lower + upper);
}

float vaho_robust_sigma(float *value, size_t n)
{
    float upper = select_kth(value, n, n - 1 - n / 4), lower = select_kth(value, n, n / 4);
    return (upper - lower) / 1.349f;
}
